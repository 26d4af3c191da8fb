import { index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { backups } from "./backup";
import { controlPlane, createdAt } from "./control-plane";
import { dataFiles } from "./data-file";
import { jobs } from "./job";
import { projects } from "./project";

/** What a `check_import` or `import_data` job has found and done. Written also when the job fails for what is in the file. */
export const dataImports = controlPlane.table(
  "data_imports",
  {
    jobId: uuid("job_id")
      .primaryKey()
      .references(() => jobs.id, { onDelete: "cascade" }),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** Null when the file is gone: it is removed once it was imported. */
    fileId: uuid("file_id").references(() => dataFiles.id, { onDelete: "set null" }),
    filename: text("filename").notNull(),
    /** What was found (jobs/data-import/report.ts). */
    report: jsonb("report").$type<unknown>(),
    /** The backup of what was there before. */
    safetyBackupId: uuid("safety_backup_id").references(() => backups.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [index("data_imports_by_project").on(t.projectId, t.createdAt), index("data_imports_by_file").on(t.fileId)],
);
