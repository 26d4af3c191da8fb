import { readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { headersOf } from "@/server/headers";
import { importerOf } from "@/server/importer";
import { sendProblem } from "@/server/problem";
import { toRefusal } from "@/server/receive-file";
import { sendJson } from "@/server/respond";
import { receiveForm } from "@/server/rest/multipart";
import { addPerson, type Person } from "@/server/testing/api";
import { fileRow, sha256, uploads } from "@/server/testing/data-files";
import { setEnvironment } from "@/server/testing/env";

givenControlPlane();

let tenant: Tenant;
let importer: Person;
let exporter: Person;
let url: string;

/** A door that takes a form, as those of imports do, and tells what was in it. */
const door = createServer(async (request, response) => {
  try {
    const headers = headersOf(request);
    const projectRef = new URL(request.url ?? "", "http://localhost").searchParams.get("project_id");
    const options = { headers, importer: await importerOf(headers, "POST"), projectRef };
    const { fields, file } = await receiveForm(request, options);
    sendJson(response, { status: 200, body: { fields: Object.fromEntries(fields), file } });
  } catch (error) {
    if (!request.complete) response.setHeader("Connection", "close");
    sendProblem(response, toRefusal(error), error);
  }
});

beforeAll(async () => {
  setEnvironment({ IMPORT_MAX_MB: "1", EXPORTS_PER_MINUTE: "0" });
  tenant = await makeTenant({ tables: 0 });
  importer = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
  exporter = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
  const address = door.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`;
});
afterAll(() => {
  door.closeAllConnections();
  door.close();
});

type Part = [name: string, value: string | Blob, filename?: string];
type Sent = { as?: Person | null; query?: string };

async function send(parts: Part[], { as = importer, query = "" }: Sent = {}) {
  const form = new FormData();
  for (const [name, value, filename] of parts)
    if (typeof value === "string") form.append(name, value);
    else form.append(name, value, filename);
  const headers: HeadersInit = as ? { Authorization: `Bearer ${as.jwt}` } : {};
  const response = await fetch(url + query, { method: "POST", body: form, headers });
  return { status: response.status, body: await response.json() };
}

const csv = "id,name\n1,ä\n";
const file: Part = ["file", new Blob([csv]), "clients.csv"];
const project = (): Part => ["project_id", tenant.slug];

describe("a form", () => {
  it.each<[string, () => Part[], Sent["query"]?]>([
    ["after the field that names its project", () => [project(), file, ["import_mode", "upsert"]]],
    ["before it", () => [["import_mode", "upsert"], file, project()]],
    ["of a project that the address names", () => [file, ["import_mode", "upsert"]], "PROJECT"],
  ])("brings a file %s", async (_, parts, query) => {
    const { status, body } = await send(parts(), { query: query && `?project_id=${tenant.slug}` });
    expect(status).toBe(200);
    expect(body.fields.import_mode).toBe("upsert");
    expect(body.file.filename).toBe("clients.csv");
    expect(await readFile(path.join(testEnv.uploadDir, body.file.id), "utf8")).toBe(csv);
    expect(await fileRow(body.file.id)).toMatchObject({ projectId: tenant.projectId, sha256: sha256(csv) });
  });

  it("may bring its rows as text, or none", async () => {
    const { body } = await send([project(), ["data", "x".repeat(300_000)]]);
    expect(await fileRow(body.file.id)).toMatchObject({ filename: "data", sizeBytes: 300_000 });
    expect(await send([project()])).toEqual({ status: 200, body: { fields: { project_id: tenant.slug }, file: null } });
  });
});

describe("a form is refused, and leaves nothing,", () => {
  it.each<[string, () => Part[], Sent & { status: number; message?: RegExp }]>([
    ["from nobody", () => [project(), file], { as: null, status: 401 }],
    ["without a project", () => [file], { status: 400, message: /^project_id/ }],
    ["for a project that there is not", () => [file, ["project_id", "nobody-s"]], { status: 404 }],
    ["with two files", () => [project(), file, file], { status: 400, message: /more than one/ }],
    ["with a file and text", () => [project(), file, ["data", "x"]], { status: 400, message: /more than one/ }],
    [
      "with a file under another name",
      () => [project(), ["dump", new Blob(["x"]), "x"]],
      { status: 400, message: /not dump/ },
    ],
    ["with an empty file", () => [project(), ["file", new Blob([]), "x"]], { status: 400, message: /empty/ }],
    ["with a field twice", () => [project(), project(), file], { status: 400, message: /twice/ }],
    [
      "with a long field",
      () => [project(), file, ["import_mode", "x".repeat(70_000)]],
      { status: 400, message: /longer/ },
    ],
    [
      "with many fields",
      () => [file, project(), ...Array.from({ length: 60 }, (_, n): Part => [`f${n}`, ""])],
      { status: 400, message: /more than 50/ },
    ],
    [
      "with a file that is too large",
      () => [project(), ["file", new Blob(["x".repeat(1_000_001)]), "x"]],
      { status: 413 },
    ],
    ["with text that is too large", () => [project(), ["data", "x".repeat(1_000_001)]], { status: 413 }],
    ["that is too large by far", () => [project(), ["file", new Blob(["x".repeat(7_000_000)]), "x"]], { status: 413 }],
  ])("%s", async (_, parts, { status, message = /./, ...options }) => {
    const before = await uploads();
    const answer = await send(parts(), options);
    expect([answer.status, answer.body.message]).toEqual([status, expect.anything()]);
    expect(answer.body.message).toMatch(message);
    expect(await uploads()).toEqual(before);
  });

  it("from somebody who may not import, whenever that is found out", async () => {
    const before = await uploads();
    expect((await send([project(), file], { as: exporter })).status).toBe(403);
    expect((await send([file, project()], { as: exporter })).status).toBe(403);
    expect((await send([file], { as: exporter, query: `?project_id=${tenant.slug}` })).status).toBe(403);
    expect(await uploads()).toEqual(before);
  });

  const head = (name: string, more = "") => `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  it.each<[string, string, string?]>([
    ["cut off within its file", `${head("file", '; filename="a"')}abc`],
    ["cut off within a field", `${head("project_id")}ab`],
    ["without an end", `${head("a")}b\r\n--x\r\n`],
    ["of another boundary", `${head("a")}b\r\n--x--\r\n`, "multipart/form-data; boundary=y"],
    ["without a boundary", "abc", "multipart/form-data"],
    ["that is none", "a=b", "application/x-www-form-urlencoded"],
    [
      "with a path for a name",
      `${head("project_id")}PROJECT\r\n${head("file", '; filename="a\\u0001"')}abc\r\n--x--\r\n`,
    ],
  ])("%s", async (_, text, type = "multipart/form-data; boundary=x") => {
    const before = await uploads();
    const body = text.replace("PROJECT", tenant.slug).replace("\\u0001", "\u0001");
    const headers = { Authorization: `Bearer ${importer.jwt}`, "Content-Type": type };
    const response = await fetch(url, { method: "POST", body, headers });
    expect([400, 415]).toContain(response.status);
    expect(await uploads()).toEqual(before);
  });

  it("whose client goes away", async () => {
    const before = await uploads();
    const headers = {
      Authorization: `Bearer ${importer.jwt}`,
      "Content-Type": "multipart/form-data; boundary=x",
      "Content-Length": 900_000,
    };
    const sending = request(url, { method: "POST", headers });
    sending.on("error", () => {});
    sending.write(head("file", '; filename="a"') + "y".repeat(500_000));
    await waitFor(async () => (await uploads()).some((name) => name.endsWith(".part")), { what: "the upload" });
    sending.destroy();
    await waitFor(async () => (await uploads()).length === before.length, { what: "the end of the upload" });
  });
});
