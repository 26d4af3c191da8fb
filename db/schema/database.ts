import { sql } from "drizzle-orm";
import { check, integer, text, uniqueIndex } from "drizzle-orm/pg-core";
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

export const schemaDiscovery = controlPlane.enum("schema_discovery", ["off", "propose", "automatic"]);

export type SchemaDiscovery = (typeof schemaDiscovery.enumValues)[number];

/** A PostgreSQL database that tenants live in. */
export const databases = controlPlane.table(
  "databases",
  {
    id: id(),
    name: text("name").notNull(),
    connection: secretJson<Connection>("connection").notNull(),
    /** server_version_num as last seen, e.g. 150018. */
    serverVersion: integer("server_version"),
    /** How many dumps of it may run at a time, on all hosts together. */
    maxDumps: integer("max_dumps").notNull().default(2),
    /** What becomes of schemas that match the pattern and are no project's yet. */
    discovery: schemaDiscovery("discovery").notNull().default("propose"),
    /** `*` stands for anything. */
    discoveryPattern: text("discovery_pattern").notNull().default("tenant_*"),
    /** Schemas that nobody wants to be asked about again. */
    ignoredSchemas: text("ignored_schemas").array().notNull().default([]),
    /** New schemas that channels have been told of, while they are proposed. */
    toldSchemas: text("told_schemas").array().notNull().default([]),
    createdAt: createdAt(),
    /** When it answered last. */
    checkedAt: at("checked_at"),
    /** Since when it does not answer. */
    unhealthySince: at("unhealthy_since"),
    /** What the last look at it ran into, in plain words. */
    problem: text("problem"),
  },
  (t) => [
    uniqueIndex("databases_name").on(t.name),
    check("databases_allow_some_dumps", sql`${t.maxDumps} between 1 and 100`),
    check("databases_unhealthy_because", sql`(${t.unhealthySince} is null) = (${t.problem} is null)`),
  ],
);
