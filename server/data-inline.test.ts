import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { unzipped } from "@/jobs/testing/unzipped";
import { api, call, givenApi } from "@/server/testing/api";
import { download, exported, givenDataExports } from "@/server/testing/data-exports";

givenControlPlane();
givenApi();
const given = givenDataExports();

/** The answer as it was sent: parsing costs digits. */
async function textOf(path: string, fields: object): Promise<string> {
  const headers = { Authorization: `Bearer ${given.ada.jwt}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ project_id: given.tenant.slug, ...fields });
  return (await fetch(`${api.url}/api/v1/export/${path}`, { method: "POST", headers, body })).text();
}

const local = (url: string) => url.replace(/^https?:\/\/[^/]+/, "");
const without = { exclude_tables: ["large"] };

describe("an export in an answer", () => {
  it("has the rows as JSON with every digit, and what there is to know about them", async () => {
    const text = await textOf("full", without);
    expect(text).toContain('{"id":1,"name":"Ü","balance":12345678901234567890.10}');
    expect(text).toContain('{"id":9007199254740993,"name":null,"balance":0.10}');
    expect(JSON.parse(text)).toEqual({
      success: true,
      message: "9 rows of 5 tables.",
      format: "json",
      data: {
        metadata: expect.objectContaining({ record_count: 9 }),
        data: expect.objectContaining({ full: [{ id: 1, a: "x" }] }),
      },
      record_count: 9,
      table_counts: { "a, b": 1, charts: 3, clients: 3, full: 1, tables: 1 },
      export_timestamp: expect.stringMatching(/Z$/),
      compressed: false,
      download_filename: expect.stringMatching(/^slug-\w+_[-\dT]+Z\.json$/),
      download_url: expect.stringContaining("/api/v1/export/full/download?project_id="),
    });
  });

  it.each<[string, string, object, (data: unknown) => unknown, unknown]>([
    ["a text as NDJSON", "table", { table_name: "full", format: "ndjson" }, (data) => data, '{"id":1,"a":"x"}\n'],
    [
      "a text as CSV",
      "table",
      { table_name: "clients", format: "csv", csv_delimiter: ";", filters: { id: { lt: 3 } } },
      (data) => data,
      'id;name;balance\n1;Ü;12345678901234567890.10\n2;"";\n',
    ],
    [
      "base64 when it is compressed",
      "table",
      { table_name: "full", format: "csv", compress: true },
      (data) => gunzipSync(Buffer.from(String(data), "base64")).toString(),
      "id,a\n1,x\n",
    ],
    [
      "pages",
      "table",
      { table_name: "charts", limit: 1, offset: 1, include_metadata: false },
      (data) => data,
      { charts: [{ client: 1, n: 2 }] },
    ],
    [
      "chosen rows with what belongs to them",
      "clients",
      { client_ids: [2], include_metadata: false },
      (data) => data,
      { clients: [{ id: 2, name: "", balance: null }], charts: [{ client: 2, n: 1 }] },
    ],
    [
      "a key of several columns",
      "charts",
      { ids: [{ client: 1, n: 2 }], include_related: false, include_metadata: false },
      (data) => data,
      { charts: [{ client: 1, n: 2 }] },
    ],
    [
      "an id beyond what a number holds",
      "clients",
      { ids: ["9007199254740993"], format: "csv", include_related: false },
      (data) => data,
      "id,name,balance\n9007199254740993,,0.10\n",
    ],
    [
      "a table that is called full",
      "%66ull",
      { full_ids: [1], include_metadata: false },
      (data) => data,
      { full: [{ id: 1, a: "x" }] },
    ],
    [
      "a table that is called tables",
      "tables",
      { ids: [7], include_metadata: false },
      (data) => data,
      { tables: [{ id: 7 }] },
    ],
  ])("gives %s", async (...[, path, fields, view, data]) => {
    const answer = await exported(path, fields);
    expect(view(answer.data)).toEqual(data);
    const again = await download(local(answer.download_url));
    expect(again.response.status).toBe(200);
    const content = answer.compressed ? again.bytes.toString("base64") : again.bytes.toString();
    expect(typeof answer.data === "string" ? content : JSON.parse(content)).toEqual(answer.data);
  });

  it("of several tables as CSV is a zip", async () => {
    const { data, compressed, download_filename } = await exported("full", { ...without, format: "csv" });
    expect([compressed, download_filename]).toEqual([true, expect.stringMatching(/\.zip$/)]);
    expect(await unzipped(Buffer.from(String(data), "base64"))).toMatchObject({ "full.csv": "id,a\n1,x\n" });
  });

  it("gives the address instead of more than 1 MiB", async () => {
    const { data, message, record_count, download_url } = await exported("table", {
      table_name: "large",
      format: "ndjson",
      filters: { id: { in: [1, "2"], lte: 2 } },
    });
    expect([record_count, String(data).length]).toEqual([2, 2 * 1019]);
    const large = await exported("table", { table_name: "large", format: "csv", guard_formulas: true });
    expect([large.data, large.record_count, large.message]).toEqual([
      null,
      60_000,
      expect.stringContaining("Download them."),
    ]);
    expect(message).toBe("2 rows of 1 table.");
    expect((await download(local(large.download_url))).bytes.toString().split("\n")).toHaveLength(60_002);
    expect((await download(local(download_url))).bytes.toString()).toBe(data);
  });

  it("takes the project from the query as well, but not twice", async () => {
    const path = `POST /api/v1/export/table?project_id=${given.tenant.slug}`;
    expect(await call(path, { as: given.ada, body: { table_name: "full" } })).toMatchObject({ status: 200 });
    const twice = { as: given.ada, body: { table_name: "full", project_id: given.tenant.slug } };
    expect(await call(path, twice)).toMatchObject({ status: 400, body: { message: "project_id is given twice." } });
  });

  it("has no address for more ids than fit in one", async () => {
    const ids = Array.from({ length: 3000 }, (_, i) => i + 1);
    expect(await exported("clients", { ids })).toMatchObject({ download_url: null, record_count: 5 });
  });
});
