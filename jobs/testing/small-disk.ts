import { execFile } from "node:child_process";
import { chmod, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";
import type { WorkerProcess } from "@/jobs/testing/worker-process";

export type SmallDisk = {
  /** For the worker. */
  env: Record<string, string>;
  /** A command in front of the worker: it gives it the disk, which nobody else sees, and which goes with it. */
  within: string[];
  /** The files on the disk, as long as the worker lives. */
  files(worker: WorkerProcess): Promise<string[]>;
};

/** A command in front of another one: it mounts a disk there, which that one alone sees, and which goes with it. */
function withDisk(options: string, folder: string): string[] {
  // Whoever is not root becomes it in a namespace of users.
  const unshare = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-m", "-r"];
  const mount = `mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"`;
  return [...unshare, "/bin/sh", "-c", mount, "sh", options, folder];
}

async function makeMountPoint(): Promise<string> {
  const folder = path.join(testEnv.folder, `disk-${unique()}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A disk of its own for a worker's backups, mounted with these options (`size=20m`, `ro`). */
export async function smallDisk(options: string): Promise<SmallDisk> {
  const folder = await makeMountPoint();
  return {
    env: { BACKUP_DIR: folder },
    within: withDisk(options, folder),
    async files(worker) {
      const root = path.join(`/proc/${worker.pid}/root`, folder);
      // The id of the folder is no leftover.
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile() && entry.name !== ".coffer-home").map((entry) => entry.name);
    },
  };
}

type Wanted = { bytes: number /** Whether it is told how large the file is. */; isTold?: boolean };
export type PutEnd = { ended: { code?: string; message: string }; files: string[] };

/** Puts a file into a folder on a disk with these options, in a process of its own. */
export async function putOnSmallDisk(options: string, { bytes, isTold = true }: Wanted): Promise<PutEnd> {
  const folder = await makeMountPoint();
  return putElsewhere({ folder, bytes, isTold }, withDisk(options, folder));
}

/** Puts a file into a folder that this process may not write in. */
export async function putWithoutPermission({ bytes, isTold = true }: Wanted): Promise<PutEnd> {
  const folder = await makeMountPoint();
  await chmod(folder, 0o555);
  // Root may write anywhere.
  const uid = process.getuid?.() === 0 ? 65_534 : undefined;
  return putElsewhere({ folder, bytes, isTold, uid });
}

async function putElsewhere(asked: object, within: string[] = []): Promise<PutEnd> {
  const script = path.join(import.meta.dirname, "put-file.ts");
  const line = [...within, process.execPath, "--import", "tsx", script, JSON.stringify(asked)];
  const { stdout } = await promisify(execFile)(line[0] ?? "", line.slice(1));
  return JSON.parse(stdout) as PutEnd;
}
