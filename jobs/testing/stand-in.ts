import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { toolFor } from "@/jobs/postgres/tools";
import { pathWith, testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

const heldIgzip = path.join(import.meta.dirname, "stand-ins/held-igzip.ts");

/** Makes an executable shell script of this name, in a folder of its own. Gives the folder. */
export async function script(name: string, lines: string): Promise<string> {
  const folder = path.join(testEnv.folder, `bin-${unique()}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, name), `#!/bin/sh\n${lines}\n`);
  await chmod(path.join(folder, name), 0o755);
  return folder;
}

export type Gate = { env: Record<string, string>; open(): Promise<void>; close(): Promise<void> };

/** An igzip that holds every dump in its middle until the gate is opened. `env` is for the worker; `pace` opens it for one piece each so many ms. */
export async function heldCompressor(): Promise<Gate & { pace(ms: number): Promise<void> }> {
  const gate = path.join(testEnv.folder, `gate-${unique()}`);
  const folder = await script("igzip", `exec '${process.execPath}' '${heldIgzip}' '${gate}' "$@"`);
  return {
    env: { PATH: pathWith(folder) },
    open: () => writeFile(gate, "0"),
    pace: (ms) => writeFile(gate, String(ms)),
    close: () => rm(gate, { force: true }),
  };
}

/** A pg_restore that never ends by itself. `env` is for the worker; `reached` waits until it has been started. */
export async function heldRestore(): Promise<{ env: Record<string, string>; reached(): Promise<unknown> }> {
  const real = await realTool("pg_restore");
  const mark = path.join(testEnv.folder, `reached-${unique()}`);
  const folder = await script(
    "pg_restore",
    `[ "$1" = --version ] && exec '${real}' --version\ntouch '${mark}'; exec sleep 600`,
  );
  return { env: { COFFER_PG_BIN: folder }, reached: () => waitFor(() => existsSync(mark), { what: "pg_restore" }) };
}

export type GatedTool = Gate & { reached(): Promise<unknown> };

/** The real pg_dump, which does not begin before it is let. `env` is for the worker; `reached` waits until it was started. */
export const lateDump = (): Promise<GatedTool> => lateTool("pg_dump");

/** The same for any tool, either when it is to work or when it is asked for its version. */
export async function lateTool(
  tool: Parameters<typeof realTool>[0],
  held: "work" | "version" = "work",
): Promise<GatedTool> {
  const real = await realTool(tool);
  const [mark, gate] = [
    path.join(testEnv.folder, `reached-${unique()}`),
    path.join(testEnv.folder, `gate-${unique()}`),
  ];
  const wait = `touch '${mark}'; while [ ! -e '${gate}' ]; do sleep 0.02; done`;
  const passes = held === "work" ? "=" : "!=";
  const folder = await script(tool, `[ "$1" ${passes} --version ] || { ${wait}; }; exec '${real}' "$@"`);
  return {
    env: { COFFER_PG_BIN: folder },
    open: () => writeFile(gate, ""),
    close: () => rm(gate, { force: true }),
    reached: () => waitFor(() => existsSync(mark), { what: tool }),
  };
}

/** The real program, which says that it is of another version. Gives a folder for COFFER_PG_BIN. */
export async function toolOfVersion(tool: Parameters<typeof realTool>[0], version: string): Promise<string> {
  return script(
    tool,
    `[ "$1" = --version ] && exec echo '${tool} (PostgreSQL) ${version}'; exec '${await realTool(tool)}' "$@"`,
  );
}

/** The real program for the server of these tests. */
export async function realTool(tool: "pg_dump" | "pg_restore" | "psql"): Promise<string> {
  const choice = await toolFor(tool, 0);
  if ("missing" in choice) throw new Error(choice.missing);
  return choice.path;
}

const misbehaviour = {
  /** Does not end when asked to. */
  forever: () => `trap '' TERM; echo begun; while :; do sleep 0.2; done`,
  fails: () => `echo 'pg_dump: error: query failed: ERROR:  permission denied for table secrets' >&2; exit 1`,
  /** Says that all is well, and has written nothing. */
  silent: () => "exit 0",
  /** Dumps another schema than it was asked for. */
  astray: (real: string) => `exec '${real}' "$1" --schema=public --no-password`,
  /** Dies in the middle of its output. */
  killed: (real: string) => `'${real}' "$@" | head -c 20000; kill -9 $$`,
};

/** A folder with a pg_dump that misbehaves, for COFFER_PG_BIN. */
export async function misbehavingDump(kind: keyof typeof misbehaviour): Promise<string> {
  const real = await realTool("pg_dump");
  return script("pg_dump", `[ "$1" = --version ] && exec '${real}' --version\n${misbehaviour[kind](real)}`);
}
