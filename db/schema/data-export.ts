import { index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, count, createdAt } from "./control-plane";
import { jobs } from "./job";
import { projects } from "./project";

/** What an `export_data` job has made: a file of rows in the folder of exports, under the job's id, until it expires. */
export const dataExports = controlPlane.table(
  "data_exports",
  {
    jobId: uuid("job_id")
      .primaryKey()
      .references(() => jobs.id, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    filename: text("filename").notNull(),
    contentType: text("content_type").notNull(),
    sizeBytes: count("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    /** Rows by table. */
    tableCounts: jsonb("table_counts").$type<Record<string, number>>().notNull(),
    expiresAt: at("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [index("data_exports_by_expiry").on(t.expiresAt), index("data_exports_by_project").on(t.projectId)],
);
