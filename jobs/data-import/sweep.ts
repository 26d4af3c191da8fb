import { inArray } from "drizzle-orm";
import { db } from "@/db/client";
import { log } from "@/db/log";
import { databases, dataFiles } from "@/db/schema";
import { withTenant } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";

const staging = /^coffer_stage_([0-9a-f]{32})_[0-9a-f]{10}$/;

const uuidOf = (hex: string) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** Drops what was staged of files that are not there any more: imported, removed, or forgotten. */
export async function sweepStages(): Promise<void> {
  for (const { name, connection } of await db.select().from(databases)) {
    try {
      await withTenant(connection, "coffer:sweep", async (session) => {
        const found = await session<
          { stage: string }[]
        >`select nspname as stage from pg_namespace where starts_with(nspname, 'coffer_stage_')`;
        const stages = found.flatMap(({ stage }) => {
          const [, hex] = staging.exec(stage) ?? [];
          return hex ? [{ stage, fileId: uuidOf(hex) }] : [];
        });
        if (stages.length === 0) return;
        const ids = stages.map(({ fileId }) => fileId);
        const files = await db.select({ id: dataFiles.id }).from(dataFiles).where(inArray(dataFiles.id, ids));
        const known = new Set(files.map(({ id }) => id));
        for (const { stage, fileId } of stages)
          if (!known.has(fileId)) await session.unsafe(`drop schema if exists ${quoteIdent(stage)} cascade`);
      });
    } catch (error) {
      // Next time it may answer.
      log.warn({ error, database: name }, "staged rows could not be swept");
    }
  }
}
