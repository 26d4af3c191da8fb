import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { waitFor } from "@/jobs/testing/wait";
import { givenApi } from "@/server/testing/api";
import { eventsOf, fileRow, sha256, uploads } from "@/server/testing/data-files";
import { created, givenImporters, idOf, open, patch, send } from "@/server/testing/resumable";

givenControlPlane();
givenApi({ IMPORT_MAX_MB: "2" });
const given = givenImporters();

/** Sends the beginning of a part, and drops the connection once it has arrived. */
async function sendAndDrop(where: string, bytes: Buffer, length: number) {
  const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": 0, "Content-Length": length };
  const sending = open("PATCH", where, { headers });
  sending.write(bytes);
  const part = path.join(testEnv.uploadDir, "unfinished", idOf(where));
  await waitFor(async () => (await readFile(part)).length === bytes.length, { what: "the first half" });
  sending.destroy();
}

describe("an upload in parts", () => {
  it("goes on where its connection was lost, and becomes a data file of the same bytes", async () => {
    const bytes = randomBytes(900_000);
    const where = await created(bytes.length);
    await sendAndDrop(where, bytes.subarray(0, 400_000), bytes.length);
    const asked = await send("HEAD", where);
    expect(asked.headers).toMatchObject({ "upload-offset": "400000", "upload-length": "900000" });
    expect(await patch(where, 300_000, { body: bytes.subarray(300_000) })).toMatchObject({ status: 409 });
    const rest = await patch(where, 400_000, { body: bytes.subarray(400_000) });
    expect(rest).toMatchObject({ status: 204, headers: { "upload-offset": "900000" } });
    const row = await fileRow(idOf(where));
    expect(row).toMatchObject({
      filename: "clients.csv",
      sizeBytes: 900_000,
      sha256: sha256(bytes),
      uploadedBy: given.importer.id,
      projectId: given.tenant.projectId,
    });
    expect(await readFile(path.join(testEnv.uploadDir, idOf(where)))).toEqual(bytes);
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
    expect((await uploads()).filter((name) => name.startsWith(idOf(where)))).toEqual([idOf(where)]);
  });

  it("is whole also for a client that has not heard so, and for nobody else", async () => {
    const bytes = Buffer.from("id\n1\n");
    const where = await created(bytes.length);
    await patch(where, 0, { body: bytes });
    const asked = await send("HEAD", where);
    expect(asked).toMatchObject({ status: 200, headers: { "upload-offset": "5", "upload-length": "5" } });
    expect((await patch(where, 5, { body: Buffer.alloc(0) })).status).toBe(204);
    expect((await patch(where, 0, { body: bytes })).status).toBe(409);
    expect((await send("HEAD", where, { as: given.other })).status).toBe(404);
    expect((await send("DELETE", where)).status).toBe(404);
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
  });

  it("that was cut off after its last byte becomes a data file when it is asked for", async () => {
    const bytes = Buffer.from("id\n1\n2\n");
    const where = await created(bytes.length);
    await writeFile(path.join(testEnv.uploadDir, "unfinished", idOf(where)), bytes);
    const both = await Promise.all([send("HEAD", where), send("HEAD", where)]);
    expect(both.map(({ headers }) => headers["upload-offset"])).toEqual(["7", "7"]);
    expect(await fileRow(idOf(where))).toMatchObject({ sha256: sha256(bytes) });
    expect(await eventsOf(idOf(where))).toEqual(["data.uploaded"]);
  });

  it("can be given up, and leaves nothing", async () => {
    const where = await created(10);
    await patch(where, 0, { body: Buffer.from("12345") });
    expect((await send("DELETE", where)).status).toBe(204);
    expect((await send("HEAD", where)).status).toBe(404);
    expect((await uploads()).filter((name) => name.startsWith(idOf(where)))).toEqual([]);
  });

  it("tells what it can", async () => {
    const { headers } = await send("OPTIONS", "/api/v1/uploads", { as: null });
    expect(headers).toMatchObject({ "tus-version": "1.0.0", "tus-max-size": "2000000" });
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  });
});
