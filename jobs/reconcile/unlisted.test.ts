import { randomUUID } from "node:crypto";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups, databases } from "@/db/schema";
import { cancelJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { makeBackup, reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { cancelExport, claim, startExport } from "@/jobs/testing/export-job";
import { published } from "@/jobs/testing/leftovers";
import { type Made, publishFile } from "@/jobs/testing/published-file";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";

givenControlPlane();
let tenant: Tenant;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
});

const sidecarOf = (file: string) => `${file}.manifest.json`;
const absolute = (file: string) => path.join(testEnv.backupDir, file);
const publish = (made: Partial<Made>) =>
  publishFile(tenant, { job: { id: randomUUID(), fence: 1 }, name: `${unique()}.sql.gz`, ...made });

/** How each job of a published file may stand. Gives the id. */
const running = () => startExport(tenant).then((id) => claim(id));
const ended = {
  async failed() {
    const job = await running();
    await failJob({ job, report: {} }, { code: "tool_failed", message: "m" });
    return job;
  },
  async cancelled() {
    const job = await running();
    await cancelExport(job.id);
    const gone = { processEndedAt: null, backendEndedAt: null, filesRemovedAt: null };
    await cancelJob({ job, report: {} }, gone);
    return job;
  },
  async "given back"() {
    const job = await running();
    await giveBack(job);
    return job;
  },
  async "taken over"() {
    const job = await running();
    await giveBack(job);
    await claim(job.id);
    return job;
  },
};

describe("a file that no export will list", () => {
  it.each(Object.entries(ended))("goes with its sidecar, its job %s", async (_, end) => {
    const job = await end();
    const [file, alone] = [await publish({ job: { id: job.id, fence: 1 } }), await publish({ job })];
    await rm(absolute(alone));
    await reconcile();
    const left = await published();
    for (const each of [file, sidecarOf(file), alone, sidecarOf(alone)]) expect(left).not.toContain(each);
  });

  it("stays while its export runs, and so does a sidecar that waits for its file", async () => {
    const job = await running();
    const [file, alone] = [await publish({ job }), await publish({ job })];
    await rm(absolute(alone));
    await reconcile();
    expect(await published()).toEqual(expect.arrayContaining([file, sidecarOf(file), sidecarOf(alone)]));
  });

  it("goes when all that is left of a lost backup is its sidecar; that of a listed one stays", async () => {
    const [lost, listed] = [await makeBackup(tenant), await makeBackup(tenant)];
    await db.delete(backups).where(eq(backups.id, lost.backup.id));
    for (const { backup } of [lost, listed]) await rm(absolute(backup.storagePath));
    await reconcile();
    const left = await published();
    expect(left).not.toContain(sidecarOf(lost.backup.storagePath));
    expect(left).toContain(sidecarOf(listed.backup.storagePath));
  });
});

describe("what is not ours to judge", () => {
  it("is left alone, byte for byte", async () => {
    const { backup, job } = await makeBackup(tenant);
    const folder = unique();
    await mkdir(absolute(folder));
    await writeFile(absolute(`${folder}/notes.txt`), "theirs");
    await writeFile(absolute(`${folder}/odd.manifest.json`), "not json");
    await symlink("/etc/passwd", absolute(`${folder}/link`));
    await cp(absolute(path.dirname(backup.storagePath)), absolute(`${folder}/copies`), { recursive: true });
    const failed = await ended.failed();
    const folderOfOurs = await publish({ job: failed });
    await rm(absolute(folderOfOurs));
    await mkdir(absolute(folderOfOurs));
    const [database] = await db.select().from(databases);
    await publish({ project: { id: randomUUID(), database: database?.name } });
    await publish({ project: { id: undefined, slug: "unknown" } });
    await publish({ job: { id: failed.id, fence: 7 } });
    await publish({ job: { id: job.id, fence: 1 } });
    await rm(absolute(await publish({})));
    const tampered = await publish({});
    await writeFile(absolute(tampered), "w", { flag: "r+" });
    await writeFile(absolute(tampered), "W", { flag: "r+" });
    await writeFile(absolute(await publish({})), "longer than it was");
    const moved = await publish({});
    for (const each of ["", ".manifest.json"])
      await cp(absolute(moved + each), absolute(`${folder}/renamed.sql.gz${each}`));
    for (const each of ["", ".manifest.json"]) await rm(absolute(moved + each));

    const before = await contents();
    const rows = (await db.select().from(backups)).length;
    await reconcile();
    await reconcile();
    expect(await contents()).toEqual(before);
    expect(await db.select().from(backups)).toHaveLength(rows);
  });
});

async function contents(): Promise<Record<string, string>> {
  const files = await published();
  const texts = await Promise.all(files.map((file) => readFile(absolute(file), "utf8")));
  return Object.fromEntries(files.map((file, i) => [file, texts[i] ?? ""]));
}
