import { z } from "zod";
import { schemaDiscovery } from "@/db/schema";
import { row } from "@/server/rest/row";

const common = { tag: "Discovery", casing: "snake", status: 200 } as const;
const count = z.number().int().min(0);
const discovery = z.enum(schemaDiscovery.enumValues);

const settings = z
  .strictObject({
    databaseId: z.uuid(),
    maxDumps: count.meta({ description: "How many dumps of it may run at a time, on all hosts together." }),
    discovery: discovery.meta({
      description: "What becomes of schemas that match the pattern and are no project's yet.",
    }),
    discoveryPattern: z.string().meta({ description: "`*` stands for anything." }),
    ignoredSchemas: z.array(z.string()),
  })
  .meta({ id: "DatabaseSettings" });

export const discoveryRows = [
  row({
    ...common,
    id: "listDatabases",
    method: "GET",
    path: "/api/v1/databases",
    summary: "List the databases with how they are reached, without their passwords; for administrators",
    procedure: "database.list",
    errors: ["PERMISSION_DENIED"],
    output: z.strictObject({
      data: z.array(
        z.strictObject({
          id: z.uuid(),
          name: z.string(),
          host: z.string(),
          port: count,
          database: z.string(),
          user: z.string(),
          serverVersion: count.nullable().meta({ description: "As `server_version_num` has it." }),
          checkedAt: z.iso.datetime().nullable().meta({ description: "When it has answered last." }),
          unhealthySince: z.iso.datetime().nullable().meta({ description: "Since when it does not answer." }),
          problem: z.string().nullable().meta({ description: "Why it does not answer." }),
          projects: count,
          maxDumps: count,
          discovery,
          discoveryPattern: z.string(),
          ignoredSchemas: z.array(z.string()),
        }),
      ),
    }),
    present: (found) => ({
      body: {
        data: found.map(({ connection: { host, port, database, user }, checkedAt, unhealthySince, ...each }) => ({
          ...{ ...each, host, port, database, user },
          checkedAt: checkedAt?.toISOString() ?? null,
          unhealthySince: unhealthySince?.toISOString() ?? null,
        })),
      },
    }),
  }),
  row({
    ...common,
    id: "listProposals",
    method: "GET",
    path: "/api/v1/discovery",
    summary: "List new schemas that are no project's yet; for administrators",
    procedure: "discovery.proposals",
    errors: ["PERMISSION_DENIED"],
    output: z.strictObject({
      data: z.array(
        z.strictObject({
          databaseId: z.uuid(),
          databaseName: z.string(),
          discovery,
          error: z.string().nullable().meta({ description: "Why the database could not be searched." }),
          schemas: z.array(
            z.strictObject({ name: z.string(), slug: z.string(), tables: count, bytes: z.number().min(0) }),
          ),
        }),
      ),
    }),
    present: (data) => ({ body: { data } }),
  }),
  row({
    ...common,
    id: "acceptProposals",
    method: "POST",
    path: "/api/v1/discovery/accept",
    summary: "Make projects of new schemas",
    procedure: "discovery.accept",
    status: 201,
    errors: ["PERMISSION_DENIED", "DATABASE_NOT_FOUND", "ALREADY_EXISTS", "DATABASE_UNREACHABLE"],
    output: z.strictObject({
      data: z.array(z.strictObject({ id: z.uuid(), slug: z.string(), schemaName: z.string() })),
    }),
    present: (data) => ({ body: { data } }),
  }),
  row({
    ...common,
    id: "ignoreProposals",
    method: "POST",
    path: "/api/v1/discovery/ignore",
    summary: "Never propose these schemas again",
    procedure: "discovery.ignore",
    status: 204,
    errors: ["PERMISSION_DENIED", "DATABASE_NOT_FOUND"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
  row({
    ...common,
    id: "configureDatabase",
    method: "POST",
    path: "/api/v1/databases/{id}/settings",
    summary: "Set how many dumps of a database run at a time, and what becomes of its new schemas",
    procedure: "database.configure",
    rename: { id: "databaseId" },
    errors: ["PERMISSION_DENIED", "DATABASE_NOT_FOUND"],
    output: z.strictObject({ data: settings }),
    present: (data) => ({ body: { data } }),
    example: { body: { max_dumps: 4, discovery: "automatic", discovery_pattern: "tenant_*" } },
  }),
];
