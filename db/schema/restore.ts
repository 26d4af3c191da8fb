import { index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { backups } from "./backup";
import { at, controlPlane, createdAt } from "./control-plane";
import { databases } from "./database";
import { jobs } from "./job";
import { projects } from "./project";

/**
 * What a `restore_backup` job did to a schema: its journal while it runs, and what an undo needs afterwards. Where a schema
 * stands under which name is the truth of the tenant's database alone; the names follow from the job.
 */
export const restores = controlPlane.table(
  "restores",
  {
    jobId: uuid("job_id")
      .primaryKey()
      .references(() => jobs.id, { onDelete: "cascade" }),
    /** Whose schema is replaced. */
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    databaseId: uuid("database_id")
      .notNull()
      .references(() => databases.id),
    schemaName: text("schema_name").notNull(),
    backupId: uuid("backup_id").references(() => backups.id, { onDelete: "set null" }),
    /** The backup of what was there before. */
    safetyBackupId: uuid("safety_backup_id").references(() => backups.id, { onDelete: "set null" }),
    /** The pre-flight report (jobs/restore-backup/preflight.ts). */
    report: jsonb("report").$type<unknown>(),
    /** What the restored schema was found to be, compared with the manifest (jobs/verify-backup/proof.ts). */
    restored: jsonb("restored").$type<unknown>(),
    /** The restored schema stands under the project's name since then. */
    swappedAt: at("swapped_at"),
    /** The schema that was replaced, or after an undo the one that was restored; null when there was none, or it is gone. */
    keptSchema: text("kept_schema"),
    /** It is dropped after this. */
    keptUntil: at("kept_until"),
    undoneAt: at("undone_at"),
    droppedAt: at("dropped_at"),
    createdAt: createdAt(),
  },
  (t) => [index("restores_by_project").on(t.projectId, t.createdAt), index("restores_kept").on(t.keptUntil)],
);
