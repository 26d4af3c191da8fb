import path from "node:path";
import { eq } from "drizzle-orm";
import { dropBackups, exportOnce, isCompleted, type Lab, until } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { db } from "@/db/client";
import { backups, restores } from "@/db/schema";
import { type RestoreOptions, restoreOptions } from "@/jobs/restore-backup/options";
import { startRestore } from "@/jobs/restore-backup/start";
import { startVerification } from "@/jobs/verify-backup/start";

type Project = { id: string; schemaName: string };

const origin = (lab: Lab) => ({ actor: lab.admin, address: null, requestId: null });

/** The large tenant's backup, and its file. */
async function makeBackup(lab: Lab, projectId: string, options: Record<string, unknown>) {
  const job = await exportOnce(lab, projectId, options);
  const [backup] = await db.select().from(backups).where(eq(backups.jobId, job.id));
  if (!backup) throw new Error("no backup");
  return { backup, file: path.join(lab.backupDir, backup.storagePath) };
}

/** Restores it in place of the live schema, until the job is over. */
async function restoreOnce(lab: Lab, backup: typeof backups.$inferSelect, options: Partial<RestoreOptions>) {
  const { projectId, filename } = backup;
  const wanted = { options: restoreOptions.parse({ backupId: backup.id, ...options }), projectId, filename };
  const { id } = await db.transaction((tx) => startRestore(tx, origin(lab), wanted));
  // Looks seldom: restoring keeps both cores busy.
  await until(id, isCompleted, 50);
}

/** Drops the schemas that restores have kept, so that one round is like another. */
async function dropKept(lab: Lab): Promise<void> {
  for (const { keptSchema } of await db.select().from(restores))
    if (keptSchema) await lab.tenants.unsafe(`drop schema if exists ${keptSchema} cascade`);
  await db.delete(restores);
}

/** A restore with its comparison and the swap, against bare pg_restore into the same database. */
export async function benchRestore(lab: Lab, project: Project, rounds: number): Promise<Row[]> {
  const { schemaName: live } = project;
  const { backup, file } = await makeBackup(lab, project.id, { format: "custom", compression: "gzip" });
  const rename = (from: string, to: string) => lab.tenants.unsafe(`alter schema ${from} rename to ${to}`);
  const ours = (options: Partial<RestoreOptions>) => ({
    work: () => restoreOnce(lab, backup, options),
    after: () => dropKept(lab),
  });
  const times = await alternate(rounds, {
    bare: ours({ createSafetyBackup: false, verifyFirst: false }),
    all: ours({}),
    peer: {
      before: () => rename(live, "aside"),
      work: () => shell(`gunzip -c ${file} | pg_restore --exit-on-error -d "$PGDATABASE"`, lab.pgEnv),
      async after() {
        await lab.tenants.unsafe(`drop schema ${live} cascade`);
        await rename("aside", live);
      },
    },
  });
  await dropBackups(lab);
  const row = (what: string, ms: number) => ({
    what: `restore custom, gzip, ${what}, against \`gunzip | pg_restore\``,
    ours: seconds(ms),
    peer: seconds(times.peer),
    result: ms / times.peer,
    unit: "",
  });
  return [
    { ...row("without safety backup and reading first", times.bare), target: { atMost: 1.11 } },
    { ...row("default options", times.all), target: null },
  ];
}

const readers = { gzip: "igzip -d -c", zstd: "zstd -dcq" } as const;

/** A proof at level `archive`, against what a shell can do with the fastest tools: read it twice. */
export async function benchVerify(lab: Lab, project: Project, rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const compression of ["gzip", "zstd"] as const) {
    const { backup, file } = await makeBackup(lab, project.id, { format: "custom", compression });
    const times = await alternate(rounds, {
      async ours() {
        const wanted = { backup, level: "archive" as const };
        const { id } = await db.transaction((tx) => startVerification(tx, origin(lab), wanted));
        await until(id, isCompleted);
      },
      peer: () => shell(`sha256sum ${file} && ${readers[compression]} ${file} > /dev/null`, lab.pgEnv),
    });
    await dropBackups(lab);
    rows.push({
      what: `verify custom, ${compression}, against \`sha256sum && ${readers[compression]}\``,
      ours: seconds(times.ours),
      peer: seconds(times.peer),
      result: times.ours / times.peer,
      unit: "",
      target: { atMost: 1.11 },
    });
  }
  return rows;
}
