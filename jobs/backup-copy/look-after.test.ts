import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backupCopies, destinations } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { openDestination } from "@/jobs/destination/open";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { callUnhealthy } from "@/jobs/testing/copies";
import { testEnv } from "@/jobs/testing/env";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const round = () => lookAfterDestinations(new AbortController().signal);
const actionsAbout = async (id: string) => {
  const events = await db.select().from(auditEvents).where(eq(auditEvents.subjectId, id)).orderBy(auditEvents.id);
  return events.map(({ action }) => action);
};

describe("a destination that works", () => {
  it.each([
    [403, "AccessDenied"],
    [405, "MethodNotAllowed"],
    [400, "InvalidRequest"],
    [501, "NotImplemented"],
  ])("works also when it answers with %i to who asks for unfinished uploads", async (status, code) => {
    await using server = await startS3Server();
    const values = { name: unique(), kind: "s3" as const, settings: { kind: "s3" as const, ...server.settings } };
    const [place] = await db.insert(destinations).values(values).returning();
    server.fail("uploads", { status, code }, { times: 100 });
    await round();
    expect(server.log.map(({ operation }) => operation)).toContain("uploads");
    const [row] = await db
      .select()
      .from(destinations)
      .where(eq(destinations.id, place?.id ?? ""));
    expect(row).toMatchObject({ unhealthySince: null, problem: null, checkedAt: expect.any(Date) });
    expect(await actionsAbout(row?.id ?? "")).toEqual([]);
  });
});

describe("a destination that goes away while its copies are looked for", () => {
  it("is asked once, and for the others again when it is back", async () => {
    await using server = await startS3Server();
    const values = { name: unique(), kind: "s3" as const, settings: { kind: "s3" as const, ...server.settings } };
    const [place] = await db
      .insert(destinations)
      .values({ ...values, checkedAt: new Date() })
      .returning();
    const destinationId = place?.id ?? "";
    for (let i = 0; i < 3; i++) {
      const { backup } = await makeBackup(tenant, "text");
      server.contents.objects.set(`coffer/here/${i}`, { bytes: Buffer.from("text"), tag: "t", metadata: {} });
      const row = { backupId: backup.id, destinationId, name: `${i}`, sizeBytes: 4, status: "stored" as const };
      await db.insert(backupCopies).values({ ...row, checkedAt: sql`now() - interval '25 hours'` });
    }
    const looked = () => {
      const heads = server.log.splice(0).filter(({ operation }) => operation === "head");
      const asked = heads.filter(({ key }) => !key.includes(".manifest"));
      return new Set(asked.map(({ key }) => key)).size;
    };
    server.fail("head", "cut", { times: 6 });
    await round();
    expect(looked()).toBe(1);
    await callUnhealthy(destinationId, null);
    await round();
    expect(looked(), "the others").toBe(2);
    await round();
    expect(looked(), "a day later").toBe(0);
  });
});

describe("a copy", () => {
  /** A copy of a backup in a folder, whose file has these bytes. */
  async function stored(bytes: string) {
    const { backup } = await makeBackup(tenant, bytes);
    const folder = path.join(testEnv.folder, `vault-${unique()}`);
    const settings = { kind: "local" as const, folder };
    await openDestination(settings).prepare();
    const [place] = await db
      .insert(destinations)
      .values({ name: folder, kind: "local", settings, checkedAt: new Date() })
      .returning();
    const name = `${tenant.slug}/${unique()}.dump`;
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, bytes);
    const [copy] = await db
      .insert(backupCopies)
      .values({
        backupId: backup.id,
        destinationId: place?.id ?? "",
        name,
        status: "stored",
        sizeBytes: Buffer.byteLength(bytes),
      })
      .returning();
    const row = async () => {
      const [now] = await db
        .select()
        .from(backupCopies)
        .where(eq(backupCopies.id, copy?.id ?? ""));
      return now;
    };
    /** What a look at it finds a day later. */
    const aDayLater = async () => {
      await db.update(backupCopies).set({ checkedAt: sql`now() - interval '25 hours'` });
      await round();
      return row();
    };
    return { backup, file, row, aDayLater };
  }

  it("that is gone is looked for every day, and is there again when it is", async () => {
    const { backup, file, row, aDayLater } = await stored("bytes of a backup");
    expect(await aDayLater()).toMatchObject({ status: "stored" });
    await rename(file, `${file}.away`);
    for (const _ of [1, 2]) expect(await aDayLater()).toMatchObject({ status: "missing", problem: "It is gone." });
    await rename(`${file}.away`, file);
    // Not before its day has come.
    await db.update(backupCopies).set({ checkedAt: sql`now() - interval '23 hours'` });
    await round();
    expect(await row()).toMatchObject({ status: "missing" });
    for (const _ of [1, 2]) expect(await aDayLater()).toMatchObject({ status: "stored", problem: null });
    expect((await actionsAbout(backup.id)).filter((action) => action.startsWith("copy."))).toEqual([
      "copy.missing",
      "copy.found",
    ]);
  });

  it("that is gone is looked for also when it was made anew in vain", async () => {
    const { file, row, aDayLater } = await stored("bytes of one made anew");
    await rename(file, `${file}.away`);
    const { missingSince } = (await aDayLater()) ?? {};
    expect(missingSince).toEqual(expect.any(Date));
    await db
      .update(backupCopies)
      .set({ status: "pending" })
      .where(eq(backupCopies.id, (await row())?.id ?? ""));
    expect(await aDayLater()).toMatchObject({ status: "pending", missingSince });
    await rename(`${file}.away`, file);
    expect(await aDayLater()).toMatchObject({ status: "stored", missingSince: null });
  });

  it("that is gone stays so when something of another size is in its place", async () => {
    const { backup, file, aDayLater } = await stored("bytes of another backup");
    await rm(file);
    expect(await aDayLater()).toMatchObject({ status: "missing" });
    await writeFile(file, "others");
    expect(await aDayLater()).toMatchObject({ status: "missing" });
    expect((await actionsAbout(backup.id)).filter((action) => action.startsWith("copy."))).toEqual(["copy.missing"]);
  });
});
