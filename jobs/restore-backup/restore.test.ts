import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, restores } from "@/db/schema";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { dropKept } from "@/jobs/restore-backup/drop-kept";
import { keptSchema, undoneSchema } from "@/jobs/restore-backup/names";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { jobAtEnd } from "@/jobs/testing/export-job";
import { journalOf, restored, schemasOf, startUndoOf } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { backupOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

/** What people do to a schema between a backup and its restore. */
async function change({ sql, schema }: TortureTenant) {
  await sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${quoteIdent(schema)}`);
    await tx.unsafe(`update people set note = 'changed' where id % 3 = 0; drop table large;
      create table newer (id serial primary key, mood mood); insert into newer (mood) values ('sad');
      alter table people add column added int default 7; alter type mood add value 'new'; drop view on_moods;
      comment on table people is 'changed'; select nextval('odd_numbers')`);
  });
}

const variants = [
  { format: "custom", compression: "gzip" },
  { format: "custom", compression: "none" },
  { format: "sql", compression: "zstd" },
  { format: "sql", compression: "none" },
  { format: "tar", compression: "gzip" },
] as const;

describe("a restore", () => {
  let torture: TortureTenant;
  const contents = () => contentsOf(torture.url, torture.schema);
  beforeAll(async () => {
    torture = await tortureTenant();
  });

  it.each(variants)(
    "of $format with $compression makes the schema what it was, and its undo what it had become",
    async (variant) => {
      torture = await tortureTenant();
      const before = await contents();
      const backup = await backupOf(torture, variant);
      await change(torture);
      const changed = await contents();
      expect(changed).not.toEqual(before);

      const { id } = await restored(backup, torture);
      expect(await contents()).toEqual(before);
      expect(await schemasOf(id)).toEqual([keptSchema(id)]);
      expect(await journalOf(id)).toMatchObject({
        keptSchema: keptSchema(id),
        swappedAt: expect.any(Date),
        undoneAt: null,
      });

      const undo = await jobAtEnd(await startUndoOf(id, torture));
      expect(undo).toMatchObject({ status: "completed", errorMessage: null });
      expect(await contents()).toEqual(changed);
      expect(await schemasOf(id)).toEqual([undoneSchema(id)]);
      expect(await journalOf(id)).toMatchObject({ keptSchema: undoneSchema(id), undoneAt: expect.any(Date) });
    },
  );

  it("keeps what it replaced until its time is up, and drops it then", async () => {
    const backup = await backupOf(torture, { format: "custom" });
    const { id } = await restored(backup, torture);
    await dropKept();
    expect(await schemasOf(id)).toEqual([keptSchema(id)]);
    await db.update(restores).set({ keptUntil: sql`now() - interval '1 second'` }).where(eq(restores.jobId, id));
    await dropKept();
    expect(await schemasOf(id)).toEqual([]);
    expect(await journalOf(id)).toMatchObject({ droppedAt: expect.any(Date) });
    const undo = await jobAtEnd(await startUndoOf(id, torture));
    expect(undo).toMatchObject({ status: "failed", errorCode: "restore_refused" });
    expect(undo.errorMessage).toMatch(/not kept any more/);
  });

  it("backs up first what is there, and lists that", async () => {
    const backup = await backupOf(torture, { format: "custom" });
    await torture.sql.unsafe(`create table ${quoteIdent(torture.schema)}.only_now (id int)`);
    const { id } = await restored(backup, torture, { createSafetyBackup: true });
    const journal = await journalOf(id);
    const [safety] = await db
      .select()
      .from(backups)
      .where(eq(backups.id, journal?.safetyBackupId ?? id));
    expect(safety).toMatchObject({ type: "safety", jobId: id, projectId: torture.projectId, status: "available" });
    const { id: again } = await restored(safety ?? backup, torture);
    expect(Object.keys((await contents()).tables)).toContain("only_now");
    expect(await schemasOf(again)).toEqual([keptSchema(again)]);
  });

  it("brings back a schema that is gone", async () => {
    torture = await tortureTenant();
    const before = await contents();
    const backup = await backupOf(torture, { format: "custom" });
    await torture.sql.unsafe(`drop schema ${quoteIdent(torture.schema)} cascade`);
    const { id } = await restored(backup, torture, { createSafetyBackup: true });
    expect(await contents()).toEqual(before);
    expect(await schemasOf(id)).toEqual([]);
    expect(await journalOf(id)).toMatchObject({ keptSchema: null, safetyBackupId: null, swappedAt: expect.any(Date) });
  });
});
