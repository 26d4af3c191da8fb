import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backupCopies, backups, destinations } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { openDestination } from "@/jobs/destination/open";
import { reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { letWaitsPass } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();
givenWorker();

let tenant: Tenant;
let lead: Person;
let reader: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 2 });
  const all = ["export", "restore", "manage"] as const;
  lead = await addPerson({ permissions: { [tenant.projectId]: [...all] } });
  reader = await addPerson({ permissions: { [tenant.projectId]: [] } });
});

type Place = { id: string; folder: string; name: string };

/** A folder that is set up as a destination. */
async function place({ isDefault = false } = {}): Promise<Place> {
  const folder = path.join(testEnv.folder, `vault-${unique()}`);
  const settings = { kind: "local" as const, folder };
  await openDestination(settings).prepare();
  const [row] = await db
    .insert(destinations)
    .values({ name: `vault ${unique()}`, kind: "local", settings, defaultSince: isDefault ? sql`now()` : null })
    .returning();
  if (!row) throw new Error("no destination");
  return { id: row.id, folder, name: row.name };
}

const ask = (what: string, body?: unknown, as = lead) => call(what, { as, body, headers: { Prefer: "wait=60" } });

type Made = { id: string; file: string; bytes: Buffer };

async function backup(wanted: { destinations?: string[] } = {}): Promise<Made> {
  const { status, body } = await ask("POST /api/v1/backups/create", { project_id: tenant.projectId, ...wanted });
  expect([status, body]).toEqual([201, expect.anything()]);
  const { backup_id: id } = body as { backup_id: string };
  const [row] = await db.select().from(backups).where(eq(backups.id, id));
  const file = row?.storagePath ?? "";
  return { id, file, bytes: await readFile(path.join(testEnv.backupDir, file)) };
}

type Copy = {
  destination_id: string;
  status: string;
  problem: string | null;
  path: string;
  verified_at: string | null;
};

async function copiesOf({ id }: Made): Promise<Copy[]> {
  const { body } = await ask(`GET /api/v1/backups/${id}/copies`);
  return body as Copy[];
}

const settled = (made: Made) =>
  waitFor(
    async () => {
      await letWaitsPass("copy_backup");
      const all = await copiesOf(made);
      return all.length > 0 && all.every(({ status }) => status !== "pending") ? all : null;
    },
    { what: "copies that are settled" },
  );

const isHome = ({ file }: Made) => existsSync(path.join(testEnv.backupDir, file));
const lookAfter = () => lookAfterDestinations(new AbortController().signal);

async function moved(): Promise<Made & { vault: Place }> {
  const [vault, made] = [await place(), await backup({ destinations: [] })];
  const { status } = await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id, move: true });
  expect(status).toBe(202);
  expect(isHome(made)).toBe(false);
  return { ...made, vault };
}

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
      project_id: tenant.projectId,
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
      call(`GET /api/v1/backups/${id}/download`, { as: lead, headers: range ? { Range: range } : {} });
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
    await tenant.sql.unsafe(`delete from ${tenant.schema}.t1`);
    const restored = await ask(`POST /api/v1/backups/${made.id}/restore`, { confirm: tenant.slug });
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

describe("a copy", () => {
  it("that is missing or was changed is found out, and made anew", async () => {
    const vault = await place();
    const [lost, cut, edited] = [
      await backup({ destinations: [vault.id] }),
      await backup({ destinations: [vault.id] }),
      await backup({ destinations: [vault.id] }),
    ];
    for (const made of [lost, cut, edited]) await settled(made);
    const at = ({ file }: Made) => path.join(vault.folder, file);
    await rm(at(lost));
    await writeFile(at(cut), cut.bytes.subarray(1));
    await writeFile(at(edited), Buffer.from(edited.bytes).fill(0, 50, 60));
    await db.update(backupCopies).set({ checkedAt: sql`now() - interval '25 hours'` });
    await Promise.all([lookAfter(), lookAfter()]);
    const stateOf = async (made: Made) => (await copiesOf(made))[0]?.status;
    expect([await stateOf(lost), await stateOf(cut), await stateOf(edited)]).toEqual(["missing", "corrupt", "stored"]);
    await ask(`POST /api/v1/backups/${edited.id}/copies/${vault.id}/verify`);
    expect(await stateOf(edited)).toBe("corrupt");
    for (const made of [lost, cut, edited]) {
      await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
      const [copy] = await copiesOf(made);
      expect(copy).toMatchObject({ status: "stored", problem: null, verified_at: null });
      expect((await readFile(path.join(vault.folder, copy?.path ?? ""))).equals(made.bytes)).toBe(true);
      await ask(`POST /api/v1/backups/${made.id}/copies/${vault.id}/verify`);
      expect((await copiesOf(made))[0]?.verified_at).not.toBeNull();
    }
  });

  it("brings back a file that was lost here", async () => {
    const vault = await place();
    const made = await backup({ destinations: [vault.id] });
    await settled(made);
    await rm(path.join(testEnv.backupDir, made.file));
    expect((await fetchBytes(made.id)).equals(made.bytes)).toBe(true);
    await ask(`POST /api/v1/backups/${made.id}/copies/${vault.id}/fetch`);
    expect((await readFile(path.join(testEnv.backupDir, made.file))).equals(made.bytes)).toBe(true);
    expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status: "available" });
  });

  it("is what a backup is restored from whose file here is lost or damaged", async () => {
    const vault = await place();
    const lose = (file: string) => rm(file);
    const damage = async (file: string) => writeFile(file, (await readFile(file)).fill(0, 50, 60));
    for (const [harm, status] of [
      [lose, "missing"],
      [damage, "corrupt"],
    ] as const) {
      const made = await backup({ destinations: [vault.id] });
      await settled(made);
      await harm(path.join(testEnv.backupDir, made.file));
      await reconcile();
      expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status });
      await tenant.sql.unsafe(`delete from ${tenant.schema}.t1`);
      const restored = await ask(`POST /api/v1/backups/${made.id}/restore`, { confirm: tenant.slug });
      expect(restored.body).toMatchObject({ success: true });
      expect((await readFile(path.join(testEnv.backupDir, made.file))).equals(made.bytes)).toBe(true);
      await reconcile();
      expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status: "available" });
    }
  });

  it("is never made of a file that is not what was written", async () => {
    const vault = await place();
    const made = await backup({ destinations: [] });
    await writeFile(path.join(testEnv.backupDir, made.file), Buffer.from(made.bytes).fill(0, 50, 60));
    await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
    expect(await copiesOf(made)).toMatchObject([{ status: "failed" }]);
    expect((await readdir(vault.folder, { recursive: true })).filter((name) => name.includes(".sql"))).toEqual([]);
  });

  it("goes with its backup, or alone", async () => {
    const vault = await place();
    const [whole, copyOnly] = [await backup({ destinations: [vault.id] }), await backup({ destinations: [vault.id] })];
    for (const made of [whole, copyOnly]) await settled(made);
    expect((await ask(`DELETE /api/v1/backups/${whole.id}`)).status).toBe(204);
    expect((await ask(`DELETE /api/v1/backups/${copyOnly.id}/copies/${vault.id}`)).status).toBe(204);
    await lookAfter();
    for (const made of [whole, copyOnly]) expect(existsSync(path.join(vault.folder, made.file))).toBe(false);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.destinationId, vault.id))).toEqual([]);
    expect(isHome(copyOnly)).toBe(true);
  });

  it("can be given up for the file here only where another is", async () => {
    const vault = await place();
    const made = await backup({ destinations: [] });
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(409);
    await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
    const there = path.join(vault.folder, made.file);
    await rename(there, `${there}.aside`);
    // It is listed as stored, since nobody has looked.
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(409);
    expect(isHome(made)).toBe(true);
    await rename(`${there}.aside`, there);
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(204);
    expect(isHome(made)).toBe(false);
  });

  it("is not left behind by a destination that is set up anew elsewhere", async () => {
    const vault = await place();
    await settled(await backup({ destinations: [vault.id] }));
    const admin = await addPerson({ role: "admin" });
    const folder = `${vault.folder}-moved`;
    const change = () => ask(`POST /api/v1/destinations/${vault.id}`, { folder }, admin);
    expect(await change()).toMatchObject({ status: 409, body: { code: "DESTINATION_IN_USE" } });
    // What stays where it is may get another name, whatever became of its copies.
    expect(await ask(`POST /api/v1/destinations/${vault.id}`, { folder: vault.folder }, admin)).toMatchObject({
      status: 200,
    });
    await rm(folder, { recursive: true, force: true });
    await rename(vault.folder, folder);
    expect(await change()).toMatchObject({ status: 200, body: { settings: { folder } } });
  });

  it("is nothing that a member without the permission may make, check, fetch or remove", async () => {
    const vault = await place();
    const made = await backup({ destinations: [vault.id] });
    await settled(made);
    const at = `/api/v1/backups/${made.id}/copies`;
    for (const what of [
      `POST ${at}`,
      `POST ${at}/${vault.id}/verify`,
      `POST ${at}/${vault.id}/fetch`,
      `DELETE ${at}/${vault.id}`,
    ]) {
      const body = what === `POST ${at}` ? { destination_id: vault.id } : undefined;
      expect((await ask(what, body, reader)).status).toBe(403);
    }
    expect((await ask(`GET ${at}`, undefined, await addPerson())).status).toBe(404);
  });
});

async function fetchBytes(id: string, range?: string): Promise<Buffer> {
  const { body } = await ask(`POST /api/v1/backups/${id}/link`);
  const { url } = body as { url: string };
  const response = await fetch(api.url + url.slice(new URL(url).origin.length), {
    headers: range ? { Range: range } : {},
  });
  return Buffer.from(await response.arrayBuffer());
}
