import { beforeAll, describe, expect, it } from "vitest";
import { withExport } from "@/jobs/data/open-export";
import { dataExportOptions, wishOf } from "@/jobs/data/options";
import { loadSubject } from "@/jobs/lifecycle/subject";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenOddTenant, type Options, opened, read, rowsIn } from "@/jobs/testing/open-export";
import { adminSql, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { unzipped } from "@/jobs/testing/unzipped";
import { waitFor } from "@/jobs/testing/wait";

givenControlPlane();
const given = givenOddTenant();

it("all tables are of one moment, whatever is written meanwhile", async () => {
  const seen = await opened({ format: "csv" }, async ({ pieces, tableCounts }) => {
    const bytes: Buffer[] = [];
    let written = false;
    const pending: Promise<unknown>[] = [];
    const onTable = () => {
      if (written) return;
      written = true;
      const { schema, sql } = given.tenant;
      pending.push(
        sql.unsafe(
          `insert into ${schema}.clients values (5); update ${schema}.charts set total = 1; delete from ${schema}.charts where id = 12`,
        ),
      );
    };
    const iterator = pieces(onTable)[Symbol.asyncIterator]();
    const first = await iterator.next();
    bytes.push(first.value);
    await Promise.all(pending);
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) bytes.push(next.value);
    return { tableCounts, files: await unzipped(Buffer.concat(bytes)), written };
  });
  expect(seen.written).toBe(true);
  expect(seen.tableCounts).toEqual(rowsIn);
  expect(seen.files["clients.csv"]?.trimEnd().split("\n")).toHaveLength(5);
  expect(seen.files["charts.csv"]).toContain("12345678901234567890.10\n11,2,NaN\n12,,0.00\n");
  await given.tenant.sql.unsafe(`delete from ${given.tenant.schema}.clients where id = 5; truncate ${given.tenant.schema}.charts;
    insert into ${given.tenant.schema}.charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`);
});

it("a table that is emptied and filled while the export opens is not taken for an empty one", async () => {
  const { schema, url } = given.tenant;
  await using filling = await blocking(url, `truncate ${schema}.charts`);
  await filling.sql.unsafe(
    `insert into ${schema}.charts values (10, 1, 12345678901234567890.10), (11, 2, 'NaN'), (12, null, 0.00)`,
  );
  const reading = read({ includeTables: ["charts"] });
  await waitingForLock("coffer:test-");
  await filling.commit();
  expect((await reading).tableCounts).toEqual({ charts: 3 });
});

describe("a reader that stops early", () => {
  const sessions = (application: string) => adminSql()`
    select state from pg_stat_activity where application_name like ${`${application}%`}`;
  let big: Tenant;
  beforeAll(async () => {
    big = await makeTenant({ tables: 1, firstRows: 60_000, rowBytes: 1500 });
  });
  const opening = async (signal: AbortSignal, options: Options = {}) => ({
    subject: await loadSubject(big.projectId),
    wish: wishOf(dataExportOptions.parse(options)),
    application: `coffer:test-${unique()}`,
    signal,
    lockWaitSeconds: 5,
  });

  it.each(["json", "ndjson", "csv"])("of %s ends the server's work, and gets what it wanted", async (format) => {
    const wanted = await opening(new AbortController().signal, { format, tableName: "t1" });
    const first = await withExport(wanted, async ({ pieces }) => {
      for await (const piece of pieces()) return piece.length;
    });
    expect(first).toBeGreaterThan(0);
    expect(await sessions(wanted.application)).toEqual([]);
  });

  it("by going away ends it, too, in the middle of a count that waits", async () => {
    await using lock = await blocking(big.url, `lock table ${big.schema}.t1`);
    const controller = new AbortController();
    const wanted = { ...(await opening(controller.signal)), lockWaitSeconds: 60 };
    const ended = withExport(wanted, async () => "never").catch((error: Error) => error.name);
    await waitFor(async () => (await sessions(wanted.application)).length > 0, { what: "the export" });
    controller.abort();
    expect(await ended).toBe("AbortError");
    expect(await sessions(wanted.application)).toEqual([]);
    await lock.commit();
  });

  it("hears of a failure, and not of an end, when the server ends the session", async () => {
    const wanted = await opening(new AbortController().signal, { format: "csv", compress: true });
    const reading = withExport(wanted, async ({ pieces }) => {
      let bytes = 0;
      for await (const piece of pieces()) {
        if (bytes === 0)
          await adminSql()`select pg_terminate_backend(pid) from pg_stat_activity where application_name like ${`${wanted.application}%`}`;
        bytes += piece.length;
      }
      return bytes;
    });
    await expect(reading).rejects.toThrow();
  });
});
