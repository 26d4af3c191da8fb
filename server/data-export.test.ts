import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { adminSql } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { api, call, givenApi } from "@/server/testing/api";
import { download, exported, givenDataExports } from "@/server/testing/data-exports";

givenControlPlane();
givenApi();
const given = givenDataExports();

describe("a download", () => {
  const path = (place: string, query = "") =>
    `/api/v1/export/${place}/download?project_id=${given.tenant.slug}${query}`;
  /** Sessions that export the large table: those of other test files have the same names. */
  const ofLarge = () => adminSql()`application_name like 'coffer:export-%' and pid in (
    select pid from pg_locks where relation = ${`${given.tenant.schema}.large`}::regclass)`;

  it.each<[string, string, string, string]>([
    ["clients", '&format=csv&filters={"id":{"lt":2}}', "text/csv", "id,name,balance\n1,Ü,12345678901234567890.10\n"],
    ["table", "&table_name=full&format=ndjson", "application/x-ndjson", '{"id":1,"a":"x"}\n'],
    ["%66ull", "&format=csv&csv_delimiter=%3B", "text/csv", "id;a\n1;x\n"],
    [
      "clients",
      "&ids=2,1&format=csv&include_related=false",
      "text/csv",
      'id,name,balance\n1,Ü,12345678901234567890.10\n2,"",\n',
    ],
    ["charts", '&ids=[{"client":2,"n":1}]&format=csv&include_related=false', "text/csv", "client,n\n2,1\n"],
    ["full", '&include_tables=["a, b"]&format=csv', "text/csv", "id\n8\n"],
    ["full", "&include_tables=full,tables&exclude_tables=full&format=csv", "text/csv", "id\n7\n"],
  ])("of %s with %s", async (...[place, query, type, content]) => {
    const { response, bytes } = await download(path(place, query));
    expect([response.status, bytes.toString()]).toEqual([200, content]);
    expect(response.headers.get("content-type")).toContain(type);
    expect(response.headers.get("cache-control")).toBe("private, no-store, no-transform");
    expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="slug-/);
    expect(response.headers.get("x-record-count")).toMatch(/^\d+$/);
  });

  it("answers a HEAD with what it would be, and counts nothing", async () => {
    const before = await db.$count(auditEvents);
    const reply = await call(`HEAD ${path("full", "&format=csv")}`, { as: given.ada });
    expect([reply.status, reply.headers.get("content-type")]).toEqual([200, "application/zip"]);
    expect(await db.$count(auditEvents)).toBe(before);
  });

  it("is in the audit, with what was chosen by and none of the values", async () => {
    await download(path("clients", '&filters={"name":"secret of Ada"}'));
    const events = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, "data.exported"))
      .orderBy(auditEvents.id);
    expect(events.at(-1)).toMatchObject({
      actorId: given.ada.id,
      projectId: given.tenant.projectId,
      details: { what: "table", table: "clients", filteredBy: ["name"], rows: 0, tables: 1 },
    });
    expect(JSON.stringify(events)).not.toContain("secret of Ada");
  });

  it("whose client leaves ends the server's work", async () => {
    const controller = new AbortController();
    const headers = { Authorization: `Bearer ${given.ada.jwt}` };
    const response = await fetch(api.url + path("large"), { headers, signal: controller.signal });
    await response.body?.getReader().read();
    const sessions = () => adminSql()`select from pg_stat_activity where ${ofLarge()}`;
    expect((await sessions()).length).toBe(1);
    controller.abort();
    await waitFor(async () => (await sessions()).length === 0, { what: "the end of the session", seconds: 5 });
  });

  it("that fails midway breaks off", async () => {
    const response = await fetch(api.url + path("large"), { headers: { Authorization: `Bearer ${given.ada.jwt}` } });
    const reader = response.body?.getReader();
    await reader?.read();
    await adminSql()`select pg_terminate_backend(pid) from pg_stat_activity where ${ofLarge()}`;
    const rest = async () => {
      while (!(await reader?.read())?.done);
    };
    await expect(rest()).rejects.toThrow();
  });
});

describe("is refused with words:", () => {
  it.each<[string, number, object, RegExp]>([
    ["full", 404, { include_tables: ["none"] }, /^There is no table none\.$/],
    ["full", 400, { csv_delimiter: ";;" }, /^csv_delimiter must be one character/],
    ["full", 400, { csv_delimiter: '"' }, /^csv_delimiter must be one character/],
    ["full", 400, { format: "xml" }, /^format must be json, ndjson or csv\.$/],
    ["full", 400, { include_tables: [] }, /^include_tables must have at least 1/],
    ["full", 400, { filters: {} }, /^filters is not known here\.$/],
    ["table", 400, {}, /^table_name is missing\.$/],
    ["table", 404, { table_name: "pg_class" }, /^There is no table pg_class\.$/],
    ["table", 400, { table_name: "full", limit: -1 }, /^limit must be at least 0\.$/],
    ["table", 400, { table_name: "full", limit: 1e12 }, /^limit must be at most 1000000000\.$/],
    ["table", 400, { table_name: "full", filters: { nothing: 1 } }, /no column nothing/],
    ["table", 400, { table_name: "full", filters: { id: { between: 1 } } }, /^filters\.id\.between is not known here/],
    [
      "table",
      400,
      { table_name: "full", filters: { id: "x" } },
      /^These rows cannot be looked for: invalid input syntax for type integer: "x"\.$/,
    ],
    ["table", 400, { table_name: "full", filters: { a: "x\0" } }, /^filters\.a eq does not take that value\.$/],
    ["clients", 404, { ids: [99] }, /^None of these rows is in clients\.$/],
    ["clients", 400, { ids: [] }, /^ids must have at least 1/],
    ["clients", 400, { ids: [1], client_ids: [1] }, /^ids is given twice\.$/],
    ["clients", 400, { ids: [2 ** 60] }, /^ids\.0/],
    ["clients", 400, { wrong: [1] }, /^wrong is not known here\.$/],
    ["none", 404, { ids: [1] }, /^There is no table none\.$/],
    ["large", 400, { ids: [1] }, /has no primary key/],
  ])("%s (%s) with %j", async (...[path, status, fields, message]) => {
    const answer = await exported(path, fields, status);
    expect(answer.message).toMatch(message);
  });

  it.each<[string, number, RegExp]>([
    ["full/download", 400, /^project_id is missing\.$/],
    ["full/download?project_id=none", 404, /no such project/],
    ["full/download?project_id=SLUG&table_name=full", 400, /^table_name does not go/],
    ["table/download?project_id=SLUG", 400, /^table_name is missing\.$/],
    ["clients/download?project_id=SLUG&table_name=full", 400, /^table_name is in the path already\.$/],
    ["clients/download?project_id=SLUG&filters=[1", 400, /^filters is not valid JSON\.$/],
    ["clients/download?project_id=SLUG&filters=x", 400, /^filters must be a JSON object\.$/],
    ["clients/download?project_id=SLUG&limit=1e3", 400, /^limit must be a number\.$/],
    ["clients/download?project_id=SLUG&nothing=1", 400, /^nothing is not known here\.$/],
    ["clients/download?project_id=SLUG&ids=1&limit=1", 400, /^limit does not go with an export of chosen rows\.$/],
    ["none/download?project_id=SLUG", 404, /^There is no table none\.$/],
    ["%ff/download?project_id=SLUG", 400, /not encoded/],
  ])("%s (%s)", async (path, status, message) => {
    const reply = await call(`GET /api/v1/export/${path.replace("SLUG", given.tenant.slug)}`, { as: given.ada });
    expect(reply).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
  });

  it("whoever may not, or is not there", async () => {
    const body = { project_id: given.tenant.slug, ids: [1], table_name: "clients" };
    const { ids: _, table_name: __, ...full } = body;
    const { body: made } = await call("POST /api/v1/tokens", {
      as: given.ada,
      body: { name: "t", scopes: ["read"] },
    });
    const token = (made as { data: { token: string } }).data.token;
    const who = [
      [given.stranger, 404, "PROJECT_NOT_FOUND"],
      [given.viewer, 403, "PERMISSION_DENIED"],
      [token, 403, "PERMISSION_DENIED"],
      [undefined, 401, "UNAUTHENTICATED"],
    ] as const;
    for (const [as, status, code] of who) {
      const asked = { as, body: full };
      expect(await call("POST /api/v1/export/full", asked)).toMatchObject({ status, body: { code } });
      expect(await call("POST /api/v1/exports", asked)).toMatchObject({ status, body: { code } });
      const query = `?project_id=${given.tenant.slug}`;
      expect(await call(`GET /api/v1/export/full/download${query}`, { as })).toMatchObject({ status, body: { code } });
      expect(await call(`GET /api/v1/export/clients/download${query}`, { as })).toMatchObject({
        status,
        body: { code },
      });
    }
    expect(await call("POST /api/v1/export/full/download", { as: given.ada, body: {} })).toMatchObject({ status: 405 });
  });
});
