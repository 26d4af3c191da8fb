import { index, jsonb, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { backups } from "./backup";
import { controlPlane, createdAt, id, newest } from "./control-plane";
import { jobs } from "./job";

/** How the rows of one table differ. Rows are told apart by the primary key; without one, a changed row is one removed and one added. */
export type RowDifference = {
  table: string;
  /** The columns of the primary key; none when there is no key. */
  key: string[];
  /** Those that both sides have: only they are compared. */
  columns: string[];
  added: number;
  removed: number;
  changed: number;
  same: number;
  /** The first hundred that differ, in the order of their keys. `key` has the values; without a primary key those of the row. */
  first: { key: (string | null)[]; verdict: "added" | "removed" | "changed" }[];
};

/** What a `compare_backups` job has found. */
export const comparisons = controlPlane.table(
  "comparisons",
  {
    id: id(),
    backupId: uuid("backup_id")
      .notNull()
      .references(() => backups.id, { onDelete: "cascade" }),
    /** Null when it was the live schema. */
    otherId: uuid("other_id").references(() => backups.id, { onDelete: "cascade" }),
    jobId: uuid("job_id")
      .notNull()
      .references(() => jobs.id),
    tables: jsonb("tables").$type<RowDifference[]>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex("comparisons_job").on(t.jobId),
    index("comparisons_by_backup").on(t.backupId, newest(t.createdAt)),
    index("comparisons_by_other").on(t.otherId),
  ],
);
