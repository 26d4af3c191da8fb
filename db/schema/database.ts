import { integer, text, uniqueIndex } from "drizzle-orm/pg-core";
import { secretJson } from "@/db/secret";
import { at, controlPlane, createdAt, id } from "./control-plane";

export type Connection = {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  /** As in libpq's sslmode. */
  ssl: "disable" | "prefer" | "require" | "verify-full";
};

/** A PostgreSQL database that tenants live in. */
export const databases = controlPlane.table(
  "databases",
  {
    id: id(),
    name: text("name").notNull(),
    connection: secretJson<Connection>("connection").notNull(),
    /** server_version_num as last seen, e.g. 150018. */
    serverVersion: integer("server_version"),
    createdAt: createdAt(),
    checkedAt: at("checked_at"),
  },
  (t) => [uniqueIndex("databases_name").on(t.name)],
);
