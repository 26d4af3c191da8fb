import { z } from "zod";
import { row } from "@/server/rest/row";

const tag = "Data";

const column = z.strictObject({
  name: z.string(),
  type: z.string().meta({ example: "numeric(10,2)" }),
  isNullable: z.boolean(),
});
const table = z.strictObject({
  name: z.string().meta({ example: "clients" }),
  description: z.string().nullable().meta({ description: "The table's COMMENT." }),
  rowEstimate: z.number().nullable().meta({ description: "The planner's guess; null when it has never looked." }),
  columns: z.array(column),
});

export const dataRows = [
  row({
    id: "listDataTables",
    tag,
    method: "GET",
    path: "/api/v1/export/tables",
    summary: "List the tables of a project",
    description:
      "Those of the live schema whose rows can be exported. A partitioned table is one table; `default_tables` are those of a full export.",
    procedure: "data.tables",
    casing: "snake",
    status: 200,
    errors: ["PROJECT_NOT_FOUND", "DATABASE_UNREACHABLE"],
    output: z.strictObject({ tables: z.array(table), defaultTables: z.array(z.string()) }),
    present: (tables) => ({ body: { tables, defaultTables: tables.map(({ name }) => name) } }),
  }),
];
