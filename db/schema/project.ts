import { index, primaryKey, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { controlPlane, createdAt, id } from "./control-plane";
import { databases } from "./database";
import { users } from "./user";

/** A tenant: one schema of one database. */
export const projects = controlPlane.table(
  "projects",
  {
    id: id(),
    slug: text("slug").notNull(),
    name: text("name").notNull(),
    databaseId: uuid("database_id")
      .notNull()
      .references(() => databases.id),
    schemaName: text("schema_name").notNull(),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex("projects_slug").on(t.slug), uniqueIndex("projects_schema").on(t.databaseId, t.schemaName)],
);

export const permission = controlPlane.enum("permission", ["export", "import", "restore", "manage"]);

/** What a user may do in a project. Being a member at all is the right to see it; admins need no row. */
export const projectMembers = controlPlane.table(
  "project_members",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    permissions: permission("permissions").array().notNull().default([]),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.userId] }), index("project_members_by_user").on(t.userId)],
);
