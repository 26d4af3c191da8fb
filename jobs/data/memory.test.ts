import { beforeAll, describe, expect, it } from "vitest";
import { withExport } from "@/jobs/data/open-export";
import { dataExportOptions, wishOf } from "@/jobs/data/options";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 2, firstRows: 100_000, rows: 20_000, rowBytes: 1_200 });
});

describe.each(["json", "ndjson", "csv"])("140 MB of rows as %s", (format) => {
  it.each([false, true])("are exported in as much memory as a few would take (compress: %s)", async (compress) => {
    const opening = {
      subject: await loadSubject(tenant.projectId),
      wish: wishOf(dataExportOptions.parse({ format, compress })),
      application: `coffer:test-${unique()}`,
      signal: new AbortController().signal,
      lockWaitSeconds: 5,
    };
    const before = process.memoryUsage.rss();
    let most = before;
    const bytes = await withExport(opening, async ({ pieces }) => {
      let sum = 0;
      for await (const piece of pieces()) {
        sum += piece.length;
        most = Math.max(most, process.memoryUsage.rss());
      }
      return sum;
    });
    expect(bytes).toBeGreaterThan(compress || format === "csv" ? 1e6 : 140e6);
    expect((most - before) / 1e6).toBeLessThan(120);
  });
});
