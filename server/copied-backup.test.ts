import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, destinations } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";
import { reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi } from "@/server/testing/api";
import { ask, backup, copiesOf, fetchBytes, givenCopies, isHome, moved, place, settled } from "@/server/testing/copies";

givenControlPlane();
givenApi();
givenWorker();
const given = givenCopies();

describe("a new backup", () => {
  it("goes to every default, to those that are named, or to none", async () => {
    const [byDefault, other] = [await place({ isDefault: true }), await place()];
    const all = await backup();
    expect((await settled(all)).map(({ destination_id: id }) => id)).toEqual([byDefault.id]);
    expect((await readFile(path.join(byDefault.folder, all.file))).equals(all.bytes)).toBe(true);
    const named = await backup({ destinations: [other.id] });
    expect((await settled(named)).map(({ destination_id: id }) => id)).toEqual([other.id]);
    expect(await copiesOf(await backup({ destinations: [] }))).toEqual([]);
    await db.update(destinations).set({ defaultSince: null }).where(eq(destinations.id, byDefault.id));
  });

  it("is refused for a destination that does not exist", async () => {
    const { status, body } = await ask("POST /api/v1/backups/create", {
      project_id: given.tenant.projectId,
      destinations: ["00000000-0000-4000-8000-000000000000"],
    });
    expect([status, body]).toMatchObject([404, { code: "DESTINATION_NOT_FOUND" }]);
  });

  it("is usable when one of two destinations fails, which is told, and retried alone", async () => {
    const [good, bad] = [await place(), await place()];
    // A file has taken the folder's place.
    await rm(bad.folder, { recursive: true });
    await writeFile(bad.folder, "");
    const made = await backup({ destinations: [good.id, bad.id] });
    const byId = new Map((await settled(made)).map((copy) => [copy.destination_id, copy]));
    expect(byId.get(good.id)).toMatchObject({ status: "stored", problem: null });
    expect(byId.get(bad.id)).toMatchObject({ status: "failed", problem: expect.stringContaining(bad.name) });
    const [row] = await db.select().from(destinations).where(eq(destinations.id, bad.id));
    expect(row).toMatchObject({ unhealthySince: expect.any(Date), problem: expect.any(String) });
    expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status: "available" });

    await rm(bad.folder);
    await openDestination({ kind: "local", folder: bad.folder }).prepare();
    expect((await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: bad.id })).status).toBe(202);
    expect((await copiesOf(made)).map(({ status }) => status)).toEqual(["stored", "stored"]);
    expect((await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: bad.id })).status).toBe(409);
  });
});

describe("a backup that was moved away", () => {
  it("is gone from the backup folder, and nobody calls that missing", async () => {
    const made = await moved();
    await reconcile();
    await reconcile();
    const { body } = await ask(`GET /api/v1/backups/${made.id}`);
    expect(body).toMatchObject({
      status: "available",
      copies: [{ destination: "local", status: "moved" }, { status: "stored" }],
    });
    expect(
      (await db.select().from(auditEvents).where(eq(auditEvents.subjectId, made.id))).map(({ action }) => action),
    ).toEqual(expect.arrayContaining(["copy.started", "copy.stored", "backup.moved"]));
  });

  it("is downloaded from where it is, whole and in ranges", async () => {
    const { id, bytes } = await moved();
    const get = (range?: string) =>
      call(`GET /api/v1/backups/${id}/download`, { as: given.lead, headers: range ? { Range: range } : {} });
    expect((await get()).headers.get("content-length")).toBe(String(bytes.length));
    const whole = await fetchBytes(id);
    expect(whole.equals(bytes)).toBe(true);
    const part = await fetchBytes(id, "bytes=100-299");
    expect(part.equals(bytes.subarray(100, 300))).toBe(true);
  });

  it("is proven by restore and restored, and does not stay here because of that", async () => {
    const made = await moved();
    const proof = await ask(`POST /api/v1/backups/${made.id}/verify`, { level: "restore" });
    expect(proof.body).toMatchObject({ verified: true });
    await given.tenant.sql.unsafe(`delete from ${given.tenant.schema}.t1`);
    const restored = await ask(`POST /api/v1/backups/${made.id}/restore`, { confirm: given.tenant.slug });
    expect(restored.body).toMatchObject({ success: true });
    expect(isHome(made)).toBe(true);
    await reconcile();
    expect(isHome(made)).toBe(false);
    expect((await copiesOf(made)).map(({ status }) => status)).toEqual(["stored"]);
  });

  it("keeps its name, so that another of the same second gets one of its own", async () => {
    const made = await moved();
    const again = await Promise.all([1, 2, 3].map(() => backup({ destinations: [] })));
    expect(new Set([made, ...again].map(({ file }) => file)).size).toBe(4);
  });

  it("cannot be looked into before it is brought back, where it then stays", async () => {
    const made = await moved();
    const look = () => ask(`GET /api/v1/backups/${made.id}/tables/t1/rows`);
    expect(await look()).toMatchObject({ status: 409, body: { code: "BACKUP_ELSEWHERE" } });
    expect((await ask(`POST /api/v1/backups/${made.id}/copies/${made.vault.id}/fetch`)).status).toBe(202);
    expect((await look()).status).toBe(200);
    await reconcile();
    expect(isHome(made)).toBe(true);
  });

  it("keeps its last file, whatever somebody asks", async () => {
    const made = await moved();
    expect((await ask(`DELETE /api/v1/backups/${made.id}/copies/${made.vault.id}`)).status).toBe(409);
    const admin = await addPerson({ role: "admin" });
    const gone = await ask(`DELETE /api/v1/destinations/${made.vault.id}?forget_copies=true`, undefined, admin);
    expect(gone).toMatchObject({ status: 409, body: { code: "DESTINATION_IN_USE" } });
    const use = await ask(`GET /api/v1/destinations/${made.vault.id}/use`, undefined, admin);
    expect(use.body).toEqual({ copies: 1, only_copies: 1, schedules: [] });
  });
});
