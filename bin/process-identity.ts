import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** Whether a process with this number lives, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Dead, but nobody has asked how it ended: in a container without an init process that may last for ever. */
function isZombie(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
  } catch {
    return false;
  }
}

/** When a process began, as text to compare: process numbers are used again, pairs of number and time are not. */
export async function startTimeOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // Field 22; the second one, the program's name, may hold spaces and brackets.
  if (stat) return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return ps(pid, "lstart=");
}

/** The command line of a process, empty when it cannot be told. */
export async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return line === undefined ? ps(pid, "args=") : line.replaceAll("\0", " ");
}

async function ps(pid: number, column: string): Promise<string> {
  const answer = await promisify(execFile)("ps", ["-ww", "-o", column, "-p", String(pid)]).catch(() => undefined);
  return answer?.stdout.trim() ?? "";
}
