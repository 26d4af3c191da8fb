import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
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

/** A disk of its own for a worker's backups, mounted with these options (`size=20m`, `ro`). */
export async function smallDisk(options: string): Promise<SmallDisk> {
  const folder = path.join(testEnv.folder, `disk-${unique()}`);
  await mkdir(folder, { recursive: true });
  // Whoever is not root becomes it in a namespace of users.
  const unshare = process.getuid?.() === 0 ? ["unshare", "-m"] : ["unshare", "-m", "-r"];
  const mount = `mount -t tmpfs -o "$1" none "$2" && shift 2 && exec "$@"`;
  return {
    env: { BACKUP_DIR: folder },
    within: [...unshare, "/bin/sh", "-c", mount, "sh", options, folder],
    async files(worker) {
      const root = path.join(`/proc/${worker.pid}/root`, folder);
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
  };
}
