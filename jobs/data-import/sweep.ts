import { inArray, sql } from "drizzle-orm";
import type postgres from "postgres";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { databases, dataFiles, jobs } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";

const staging = /^coffer_stage_([0-9a-f]{32})_[0-9a-f]{10}$/;

const uuidOf = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Drops what was staged of files that are not there any more: imported, removed, or forgotten. */
export async function sweepStages(): Promise<void> {
  for (const { name, connection } of await db.select().from(databases)) {
    try {
      await withTenant(connection, "coffer:sweep", sweepDatabase);
    } catch (error) {
      // Next time it may answer.
      log.warn({ error, database: name }, "staged rows could not be swept");
    }
  }
}

async function sweepDatabase(session: postgres.Sql): Promise<void> {
  const found = await session<{ stage: string }[]>`
    select nspname as stage from pg_namespace where starts_with(nspname, 'coffer_stage_')`;
  const stages = found.flatMap(({ stage }) => {
    const [, hex] = staging.exec(stage) ?? [];
    return hex ? [{ stage, fileId: uuidOf(hex) }] : [];
  });
  if (stages.length === 0) return;
  const over = await filesThatAreOver(stages.map(({ fileId }) => fileId));
  for (const { stage, fileId } of stages)
    if (over.has(fileId)) await session.unsafe(`drop schema if exists ${quoteIdent(stage)} cascade`);
}

/** Of these files, those that were ours and are gone. A database may be another Coffer's, too, and what that has staged is its own. */
async function filesThatAreOver(ids: string[]): Promise<Set<string>> {
  const fileId = sql<string>`${jobs.options}->>'fileId'`;
  const staged = await db.selectDistinct({ id: fileId }).from(jobs).where(inArray(fileId, ids));
  const kept = await db.select({ id: dataFiles.id }).from(dataFiles).where(inArray(dataFiles.id, ids));
  const isKept = new Set(kept.map(({ id }) => id));
  return new Set(staged.flatMap(({ id }) => (isKept.has(id) ? [] : [id])));
}
