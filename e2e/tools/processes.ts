import { readdirSync, readFileSync } from "node:fs";

export type Process = { pid: number; command: string; environment: string };

/** Every other process of this machine that we may look at; none where there is no /proc. */
export function processes(): Process[] {
  return entries("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((name) => ({ pid: Number(name), command: read(name, "cmdline"), environment: read(name, "environ") }));
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", "\n");
  } catch {
    // Gone, or not ours to see.
    return "";
  }
}
