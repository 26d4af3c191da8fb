import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { bareEnvironment, pathWith, testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { unique } from "@/jobs/testing/tenant";

export type Run = { code: number | null; said: string };

/** Runs a program to its end, with nothing but PATH and these variables. Gives what it wrote. */
export async function runAsStranger(
  command: string,
  args: readonly string[],
  { env = {}, cwd = testEnv.folder }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Run> {
  const PATH = pathWith(path.dirname(await realTool("pg_restore")));
  const child = spawn(command, args, {
    cwd,
    env: bareEnvironment({ PATH, ...env }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  return { code, said };
}

/** Unpacks a package with the tar of this machine. Gives the one folder that was in it. */
export async function unpackPackage(file: string): Promise<string> {
  const folder = path.join(testEnv.folder, `package-${unique()}`);
  await mkdir(folder);
  const { code, said } = await runAsStranger("tar", ["-xf", file, "-C", folder]);
  const [only = "", ...more] = await readdir(folder);
  if (code !== 0 || said !== "" || more.length > 0) throw new Error(`${code} ${said} ${[only, ...more].join()}`);
  return path.join(folder, only);
}

/** The path of the dump in an unpacked package. */
export async function dumpOf(folder: string): Promise<string> {
  const dump = (await readdir(folder)).find((name) => name.includes(".dump"));
  if (!dump) throw new Error("a package without a dump");
  return path.join(folder, dump);
}

/** Runs the script in an unpacked package. */
export const runScript = (folder: string, args: readonly string[], env?: Record<string, string>): Promise<Run> =>
  runAsStranger("sh", [path.join(folder, "restore.sh"), ...args], { env });
