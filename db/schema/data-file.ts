import { index, text, uuid } from "drizzle-orm/pg-core";
import { controlPlane, count, createdAt } from "./control-plane";
import { projects } from "./project";
import { users } from "./user";

/** A file of rows that somebody has uploaded, whole, to import into a project. Its file is in the folder of uploads, under its id. */
export const dataFiles = controlPlane.table(
  "data_files",
  {
    /** Chosen before the file is written. */
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** As the uploader calls it; never a path. */
    filename: text("filename").notNull(),
    sizeBytes: count("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    uploadedBy: uuid("uploaded_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [index("data_files_by_time").on(t.createdAt), index("data_files_by_project").on(t.projectId, t.createdAt)],
);
