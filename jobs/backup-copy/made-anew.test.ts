import { existsSync } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { copyBackup } from "@/jobs/backup-copy/task";
import { numbered } from "@/jobs/home/write";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addDestination, addFolder, copiesAt } from "@/jobs/testing/copies";
import { claimCopy, contextOf, endJob, removeOrphansNow, runCopy } from "@/jobs/testing/copy-run";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";

givenControlPlane();

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
});

/** A copy that is stored, and what is where it is. */
async function stored() {
  const { backup } = await makeBackup(tenant);
  const destination = await addFolder();
  await runCopy({ backup, destination });
  const file = path.join(destination.folder, backup.storagePath);
  const sidecar = `${file}.manifest.json`;
  const call = (status: "corrupt" | "missing") =>
    db
      .update(backupCopies)
      .set({ status, missingSince: status === "missing" ? sql`now()` : null })
      .where(eq(backupCopies.backupId, backup.id));
  const files = async () => (await readdir(path.dirname(file))).map((name) => `${tenant.slug}/${name}`).sort();
  return { backup, destination, file, sidecar, call, files };
}

const at = ({ id }: { id: string }) => eq(backupCopies.destinationId, id);

describe("a copy that is made anew", () => {
  it("keeps what lies beside it where it is whole after all", async () => {
    const { backup, destination, call, files } = await stored();
    const before = await copiesAt(destination);
    await call("corrupt");
    await runCopy({ backup, destination });
    await removeOrphansNow();
    const names = ({ name, sidecar }: (typeof before)[number]) => [name, sidecar];
    expect((await copiesAt(destination)).map(names)).toEqual(before.map(names));
    expect(await files()).toHaveLength(2);
  });

  it("takes the old manifest away with the old file", async () => {
    const { backup, destination, file, call, files } = await stored();
    await rename(file, `${file}.aside`);
    await writeFile(file, Buffer.alloc(backup.sizeBytes));
    await call("corrupt");
    await runCopy({ backup, destination });
    await rm(`${file}.aside`);
    await removeOrphansNow();
    const other = numbered(backup.storagePath, 2);
    expect(await files()).toEqual([other, `${other}.manifest.json`]);
  });
});

it("a look puts the manifest of a copy beside it that has none, and one that is gone", async () => {
  const { backup, destination, sidecar, files } = await stored();
  const look = async () => {
    await db
      .update(backupCopies)
      .set({ checkedAt: new Date(0) })
      .where(eq(backupCopies.backupId, backup.id));
    await lookAfterDestinations(new AbortController().signal);
  };
  await rm(sidecar);
  await look();
  expect(await files()).toHaveLength(2);
  await rm(sidecar);
  await db.update(backupCopies).set({ sidecar: null }).where(eq(backupCopies.backupId, backup.id));
  await look();
  expect(existsSync(sidecar)).toBe(true);
  const [copy] = await copiesAt(destination);
  await look();
  expect(await copiesAt(destination)).toMatchObject([{ sidecar: copy?.sidecar }]);
  expect(await files()).toHaveLength(2);
});

it("a destination that takes no manifest is asked for one a round", async () => {
  await using server = await startS3Server();
  const destination = await addDestination({ kind: "s3", ...server.settings });
  for (let n = 0; n < 3; n++) await runCopy({ backup: (await makeBackup(tenant)).backup, destination });
  for (const key of server.contents.objects.keys()) if (key.includes(".manifest")) server.contents.objects.delete(key);
  await db
    .update(backupCopies)
    .set({ sidecar: null, checkedAt: new Date(0) })
    .where(at(destination));
  server.fail("put", { status: 403, code: "AccessDenied" });
  server.log.length = 0;
  await lookAfterDestinations(new AbortController().signal);
  expect(server.log.filter(({ operation }) => operation === "put")).toHaveLength(1);
  expect(await copiesAt(destination)).toMatchObject(Array(3).fill({ status: "stored" }));
});

describe("a lost copy that an attempt has put under its old name before it ended early", () => {
  /** The job of the attempt. */
  async function lostAndPut() {
    const given = await stored();
    const { backup, destination, file, sidecar, call } = given;
    await rm(file);
    await rm(sidecar);
    await call("missing");
    const job = await claimCopy({ backup, destination });
    await copyBackup.run(contextOf(job));
    expect([existsSync(file), existsSync(sidecar)]).toEqual([true, true]);
    return { ...given, job };
  }

  it("is found by the next attempt, and nothing takes it away afterwards", async () => {
    const { destination, job, files } = await lostAndPut();
    await db.transaction(await copyBackup.run(contextOf({ ...job, fence: job.fence + 1 })));
    await endJob(job.id);
    await removeOrphansNow();
    expect(await files()).toHaveLength(2);
    expect(await copiesAt(destination)).toMatchObject([{ status: "stored", sidecar: { locator: null } }]);
    // What told of it twice tells of it once.
    expect(await db.$count(backupCopies, at(destination))).toBe(1);
  });

  it("is found by another job, and by a look", async () => {
    for (const find of ["job", "look"] as const) {
      const { backup, destination, job, files } = await lostAndPut();
      await endJob(job.id);
      if (find === "job") await runCopy({ backup, destination });
      else
        await db
          .update(backupCopies)
          .set({ checkedAt: new Date(0) })
          .where(eq(backupCopies.backupId, backup.id));
      await lookAfterDestinations(new AbortController().signal);
      await lookAfterDestinations(new AbortController().signal);
      expect(await copiesAt(destination), find).toMatchObject([{ status: "stored" }]);
      expect(await files(), find).toHaveLength(2);
    }
  });
});
