import { beforeAll, expect, it } from "vitest";
import { withDataExport } from "@/jobs/data/export";
import { dataExportOptions } from "@/jobs/data/options";
import { connectTenant } from "@/jobs/postgres/connection";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, type Schema } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Schema;
beforeAll(async () => {
  tenant = await makeSchema({ tables: 2, rows: 25_000, rowBytes: 2_000 });
  // The first one makes the heap as large as any of them needs it.
  await exportRows({});
});

it.each([{ format: "json" }, { format: "csv" }, { format: "json", compress: true }])(
  "an export of 100 MB as %j is made in as much memory as a small one would take",
  async (options) => {
    expect((await exportRows(options)) / 1e6).toBeLessThan(60);
  },
);

/** Reads an export to its end, and gives by how many bytes this process has grown meanwhile. */
async function exportRows(options: Record<string, unknown>): Promise<number> {
  const session = connectTenant(tenant.connection, "coffer:test");
  try {
    const project = { slug: "acme", name: "Acme", schema: tenant.schema };
    const exporting = { project, options: dataExportOptions.parse(options), now: new Date() };
    return await withDataExport(session, exporting, async (opened) => {
      const before = process.memoryUsage.rss();
      let most = before;
      for await (const _ of opened.pieces()) most = Math.max(most, process.memoryUsage.rss());
      return most - before;
    });
  } finally {
    await session.end({ timeout: 1 });
  }
}
