import { index, text, uuid } from "drizzle-orm/pg-core";
import { controlPlane, count, createdAt } from "./control-plane";
import { users } from "./user";

/** A dump file that somebody has uploaded, whole, to make a project of. Its file is in the folder of uploads, under its id. */
export const dumps = controlPlane.table(
  "dumps",
  {
    /** Chosen before the file is written. */
    id: uuid("id").primaryKey(),
    /** As the uploader calls it; never a path. */
    filename: text("filename").notNull(),
    sizeBytes: count("size_bytes").notNull(),
    sha256: text("sha256").notNull(),
    uploadedBy: uuid("uploaded_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
  },
  (t) => [index("dumps_by_time").on(t.createdAt)],
);
