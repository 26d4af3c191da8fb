import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type postgres from "postgres";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { testEnv } from "@/jobs/testing/env";
import { adminSql } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

/** What may be left of a job: all empty when nothing is. */
export type Leftovers = { processes: string[]; backends: string[]; unfinished: string[]; temporary: string[] };

export const nothing: Leftovers = { processes: [], backends: [], unfinished: [], temporary: [] };

/** What is left of one job, or of all jobs of this test file: programs, sessions at the tenants' server, files. */
export async function leftovers(jobId?: string, admin: postgres.Sql = adminSql()): Promise<Leftovers> {
  return {
    processes: toolProcesses(),
    backends: await backendsOf(jobId, admin),
    unfinished: (await filesIn(path.join(testEnv.backupDir, ".partial"))).filter((name) => name.includes(jobId ?? "")),
    temporary: (await filesIn(testEnv.tempDir)).filter((name) => !/^(tsx-|node-compile-cache)/.test(name)),
  };
}

/** Waits until a job whose compressor is held is in the middle of its dump. */
export function inMidDump(jobId: string): Promise<unknown> {
  const begun = async () => {
    const { processes, backends } = await leftovers(jobId);
    return processes.length >= 2 && backends.some((name) => /:\d+$/.test(name));
  };
  return waitFor(begun, { what: `the dump of ${jobId}` });
}

/** The sessions of one job, or of all jobs of this test file, by name. */
export async function backendsOf(jobId?: string, admin: postgres.Sql = adminSql()): Promise<string[]> {
  const ids = jobId ? [jobId] : (await db.select({ id: jobs.id }).from(jobs)).map(({ id }) => id);
  const rows = await admin<{ name: string }[]>`
    select application_name as name from pg_stat_activity where application_name like 'coffer:%'`;
  return rows.map(({ name }) => name).filter((name) => ids.some((id) => name.startsWith(`coffer:${id}:`)));
}

/** The files that are published, with their sidecars. */
export async function published(): Promise<string[]> {
  return (await filesIn(testEnv.backupDir)).filter((name) => !/^\.(partial|coffer-home)/.test(name)).sort();
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

/** Programs that were started by a worker of this file: they inherit its TMPDIR and its program is none of ours. */
function tools() {
  const mine = `TMPDIR=${testEnv.tempDir}`;
  return allProcesses().filter(
    ({ environment, command }) => environment.includes(mine) && !/worker\.js|vitest|esbuild/.test(command),
  );
}

const toolProcesses = () => tools().map(({ command }) => command);

/** What the programs see that workers of this file have started. */
export const toolEnvironments = () => tools().map(({ environment }) => environment);

function allProcesses(): { command: string; environment: string }[] {
  if (!existsSync("/proc/self/environ")) {
    const lines = execFileSync("ps", ["-axEww", "-o", "command="], { encoding: "utf8" }).split("\n");
    return lines.map((line) => ({ command: line, environment: line }));
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ command: readProc(pid, "cmdline"), environment: readProc(pid, "environ") }));
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", "\n");
  } catch {
    // Gone, or not ours to see.
    return "";
  }
}
