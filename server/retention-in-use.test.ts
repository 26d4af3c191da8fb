import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups } from "@/db/schema";
import { cloneOptions } from "@/jobs/clone-project/options";
import { startClone } from "@/jobs/clone-project/start";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import type { Backup } from "@/jobs/testing/export-job";
import { cancelExport } from "@/jobs/testing/export-job";
import { startRestoreOf } from "@/jobs/testing/restoration";
import { fileOf } from "@/jobs/testing/restore";
import { makeSchema, registerTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { verify } from "@/jobs/testing/verification";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let lead: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  lead = await addPerson({ permissions: { [tenant.projectId]: ["manage", "restore"] } });
});

/** A backup that no rule keeps: another one, as large, is newer. */
async function oldBackup(bytes?: string): Promise<Backup> {
  const { backup } = await makeBackup(tenant, bytes);
  await db.update(backups).set({ createdAt: sql`now() - interval '5 days'` }).where(sql`${backups.id} = ${backup.id}`);
  await makeBackup(tenant, bytes);
  return backup;
}

async function cleaned(): Promise<{ deleted: string[]; kept: Record<string, string[]> }> {
  const { body } = await call("POST /api/v1/backups/cleanup", {
    as: lead,
    body: { project_id: tenant.projectId, keep_count: 0 },
  });
  const { deleted, kept } = body as Record<"deleted" | "kept", { id: string; reasons: string[] }[]>;
  return {
    deleted: deleted.map(({ id }) => id),
    kept: Object.fromEntries(kept.map(({ id, reasons }) => [id, reasons])),
  };
}

const remove = ({ id }: Backup) => call(`DELETE /api/v1/backups/${id}`, { as: lead });

const startCloneOf = async ({ id }: Backup) => {
  const options = cloneOptions.parse({ backupId: id, slug: unique(), name: "x", schemaName: unique() });
  const origin = { actor: tester, address: null, requestId: null };
  const job = await db.transaction((tx) => startClone(tx, origin, { options, projectId: tenant.projectId }));
  return job.id;
};

describe("while a job reads a backup, to", () => {
  it.each([
    { what: "restore", start: (backup: Backup) => startRestoreOf(backup, tenant) },
    { what: "verify", start: (backup: Backup) => verify(backup, "archive") },
    { what: "clone", start: startCloneOf },
  ])("$what it, no policy removes it and nobody can delete it", async ({ start }) => {
    const backup = await oldBackup();
    const job = await start(backup);
    expect((await cleaned()).kept[backup.id]).toEqual(["in use now"]);
    expect(await remove(backup)).toMatchObject({ status: 409, body: { code: "BACKUP_IN_USE" } });
    expect(existsSync(fileOf(backup))).toBe(true);
    await cancelExport(job);
    expect(await remove(backup)).toMatchObject({ status: 204 });
    expect(existsSync(fileOf(backup))).toBe(false);
    expect(await remove(backup)).toMatchObject({ status: 404 });
  });
});

/** Begins to download and takes what comes first. The rest waits until somebody reads on. */
async function begun({ id }: Backup, headers: Record<string, string> = {}) {
  const request = get(`${api.url}/api/v1/backups/${id}/download`, {
    headers: { Authorization: `Bearer ${lead.jwt}`, ...headers },
  });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "readable");
  const first: Buffer = response.read();
  return { response, first };
}

async function rest({ response, first }: Awaited<ReturnType<typeof begun>>): Promise<Buffer> {
  const all = [first];
  for await (const chunk of response) all.push(chunk);
  return Buffer.concat(all);
}

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

describe("while a backup is downloaded", () => {
  /** More than all buffers between the two hold. */
  const large = () => unique().repeat(3_000_000);

  it("slowly, no policy removes it, and one that was broken off can be resumed", async () => {
    const backup = await oldBackup(large());
    const slow = await begun(backup);
    expect((await cleaned()).kept[backup.id]).toEqual(["in use now"]);
    slow.response.destroy();
    expect((await cleaned()).kept[backup.id]).toEqual(["in use now"]);
    const more = await begun(backup, { Range: `bytes=${slow.first.length}-`, "If-Range": `"${backup.sha256}"` });
    expect(more.response.statusCode).toBe(206);
    expect(sha256(Buffer.concat([slow.first, await rest(more)]))).toBe(backup.sha256);
  });

  it("it can be deleted by those who mean it: the download that runs gets all of it, and there is no other", async () => {
    const backup = await oldBackup(large());
    const slow = await begun(backup);
    expect(await remove(backup)).toMatchObject({ status: 204 });
    expect(existsSync(fileOf(backup))).toBe(false);
    expect(sha256(await rest(slow))).toBe(backup.sha256);
    expect((await begun(backup, { Range: "bytes=5-" })).response.statusCode).toBe(404);
  });

  it("long ago, it goes like any other", async () => {
    const backup = await oldBackup();
    await db.insert(auditEvents).values({
      at: sql`now() - interval '61 minutes'`,
      action: "backup.downloaded",
      subjectKind: "backup",
      subjectId: backup.id,
    });
    expect((await cleaned()).deleted).toContain(backup.id);
  });
});

it("what holds far less than usual is not the last good one, however often a cleanup comes", async () => {
  const other = await registerTenant(await makeSchema());
  const admin = await addPerson({ role: "admin" });
  const ids: string[] = [];
  for (const [age, rows] of [
    [9, 1000],
    [8, 1000],
    [7, 1000],
    [6, 1000],
    [5, 10],
  ] as const) {
    const { backup } = await makeBackup(other);
    const createdAt = sql`now() - make_interval(days => ${age})`;
    await db.update(backups).set({ createdAt, rowCount: rows }).where(sql`${backups.id} = ${backup.id}`);
    ids.push(backup.id);
  }
  const clean = async () => {
    const body = { project_id: other.projectId, keep_count: 1 };
    return (await call("POST /api/v1/backups/cleanup", { as: admin, body })).body as {
      deleted: { id: string }[];
      kept: object;
    };
  };
  const stays = [
    { id: ids[4], reasons: ["the newest one"] },
    { id: ids[3], reasons: ["the last one that holds as much as usual"] },
  ];
  expect(await clean()).toMatchObject({ deleted: [{ id: ids[2] }, { id: ids[1] }, { id: ids[0] }], kept: stays });
  expect(await clean()).toMatchObject({ deleted: [], kept: stays });
});
