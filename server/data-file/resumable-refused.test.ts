import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { encode } from "next-auth/jwt";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { projectMembers } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { sessionSecret } from "@/server/session";
import { addPerson, givenApi } from "@/server/testing/api";
import { fileRow, uploads } from "@/server/testing/data-files";
import { base64, create, created, givenImporters, idOf, metadata, patch, send } from "@/server/testing/resumable";

givenControlPlane();
givenApi({ IMPORT_MAX_MB: "2" });
const given = givenImporters();

describe("an upload in parts is refused", () => {
  it("to whoever may not import there, and to everybody but its creator", async () => {
    const before = await uploads();
    const stranger = await addPerson();
    const exporter = await addPerson({ permissions: { [given.tenant.projectId]: ["export"] } });
    expect((await create(5, { as: null })).status).toBe(401);
    expect((await create(5, { as: stranger })).status).toBe(404);
    expect((await create(5, { as: exporter })).status).toBe(403);
    expect(await uploads()).toEqual(before);
    const where = await created(5);
    for (const as of [given.other, stranger]) {
      expect((await send("HEAD", where, { as })).status).toBe(404);
      expect((await patch(where, 0, { as, body: Buffer.from("12345") })).status).toBe(404);
      expect((await send("DELETE", where, { as })).status).toBe(404);
    }
    expect((await send("HEAD", where, { as: null })).status).toBe(401);
    expect(await fileRow(idOf(where))).toBeUndefined();
  });

  it("once its creator may no longer import", async () => {
    const former = await addPerson({ permissions: { [given.tenant.projectId]: ["import"] } });
    const { headers } = await create(5, { as: former });
    await db.delete(projectMembers).where(eq(projectMembers.userId, former.id));
    const answer = await patch(headers.location ?? "", 0, { as: former, body: Buffer.from("12345") });
    expect(answer.status).toBe(404);
    expect(await fileRow(idOf(headers.location ?? ""))).toBeUndefined();
  });

  it("to a browser that another site makes send it", async () => {
    const session = await encode({ token: { sub: given.importer.id, version: 1 }, secret: sessionSecret() });
    const cookie = `next-auth.session-token=${session}`;
    const from = (site: string) => create(5, { as: null, headers: { Cookie: cookie, "Sec-Fetch-Site": site } });
    expect((await from("cross-site")).status).toBe(403);
    expect((await from("same-origin")).status).toBe(201);
  });

  it("when it is larger than is allowed, or than it said", async () => {
    expect(await create(2_000_001)).toMatchObject({ status: 413 });
    const where = await created(5);
    const body = Buffer.from("123456");
    expect((await patch(where, 0, { body })).status).toBe(413);
    expect((await patch(where, 0, { body, headers: { "Transfer-Encoding": "chunked" } })).status).toBe(413);
    expect(await fileRow(idOf(where))).toBeUndefined();
  });

  it.each<[string, Record<string, string>, number]>([
    ["when it is empty", { "Upload-Length": "0" }, 400],
    ["without a project", { "Upload-Metadata": metadata({ filename: "x" }) }, 400],
    ["with a path for a name", { "Upload-Metadata": metadata({ filename: "../x", project_id: "PROJECT" }) }, 400],
    ["with metadata that are none", { "Upload-Metadata": "project_id ?" }, 400],
    ["with a name that is dangerous elsewhere", { "Upload-Metadata": "__proto__ eA==" }, 400],
  ])("%s", async (_, headers, status) => {
    const meta = headers["Upload-Metadata"]?.replace(base64("PROJECT"), base64(given.tenant.slug));
    const before = await uploads();
    expect((await create(5, { headers: { ...headers, ...(meta && { "Upload-Metadata": meta }) } })).status).toBe(
      status,
    );
    expect(await uploads()).toEqual(before);
  });

  it("where the address has more than an id, whoever's id that is", async () => {
    const [mine, theirs] = [await created(5), (await create(5, { as: given.other })).headers.location ?? ""];
    for (const where of [
      `${mine}?/${idOf(theirs)}`,
      `${mine}/../${idOf(theirs)}`,
      "/api/v1/uploads/..%2f..%2fx",
      `/api/v1/uploads/${randomUUID()}`,
    ])
      expect([400, 404]).toContain((await patch(where, 0, { body: Buffer.from("12345") })).status);
    expect(await fileRow(idOf(theirs))).toBeUndefined();
    expect((await send("GET", mine)).status).toBe(405);
  });

  it("when its client does not speak tus, or claims to be somebody else in its metadata", async () => {
    const where = await created(5);
    expect((await send("HEAD", where, { headers: { "Tus-Resumable": "0.2" } })).status).toBe(400);
    const forged = metadata({ project_id: given.tenant.slug, user_id: given.other.id });
    const { headers } = await create(5, { headers: { "Upload-Metadata": forged } });
    expect((await send("HEAD", headers.location ?? "", { as: given.other })).status).toBe(404);
    expect((await send("HEAD", headers.location ?? "")).status).toBe(200);
  });
});
