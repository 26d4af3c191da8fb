import type { Lab } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { withDataExport } from "@/jobs/data/export";
import { dataExportOptions } from "@/jobs/data/options";
import { connectTenant } from "@/jobs/postgres/connection";

const formats = [
  { format: "csv", what: "a table's rows as CSV, speed against a bare `COPY … TO STDOUT (FORMAT csv)`", atLeast: 0.8 },
  { format: "json", what: "a table's rows as JSON, speed against a bare `COPY (SELECT row_to_json …)`", atLeast: 0.7 },
] as const;

const bare = {
  csv: (table: string) => `copy (select * from ${table}) to stdout (format csv)`,
  json: (table: string) => `copy (select row_to_json(t) from ${table} t) to stdout`,
};

/** The largest table of the tenant, from the first byte to the last, against psql that throws away what the server sends. */
export async function benchRows(
  lab: Lab,
  { slug, schemaName: schema }: { slug: string; schemaName: string },
  rounds: number,
): Promise<Row[]> {
  const session = connectTenant(lab.server.tenants, "bench");
  const rows: Row[] = [];
  try {
    for (const { format, what, atLeast } of formats) {
      const options = dataExportOptions.parse({ format, tableName: "part_0", includeMetadata: false });
      const exporting = { project: { slug, name: slug, schema }, options, now: new Date() };
      const times = await alternate(rounds, {
        ours: () =>
          withDataExport(session, exporting, async (opened) => {
            for await (const _ of opened.pieces());
          }),
        bare: () => shell(`psql -qXc "${bare[format](`${schema}.part_0`)}" > /dev/null`, lab.pgEnv),
      });
      const result = times.bare / times.ours;
      rows.push({ what, ours: seconds(times.ours), peer: seconds(times.bare), result, unit: "", target: { atLeast } });
    }
  } finally {
    await session.end({ timeout: 1 });
  }
  return rows;
}
