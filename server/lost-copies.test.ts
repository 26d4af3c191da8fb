import { eq } from "drizzle-orm";
import { beforeEach, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies, destinations, jobs } from "@/db/schema";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addCopy, addFolder, callUnhealthy } from "@/jobs/testing/copies";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let member: Person;
let admin: Person;
beforeEach(async () => {
  await db.delete(backupCopies);
  await db.delete(destinations);
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
  member = await addPerson({ permissions: { [tenant.projectId]: [] } });
  admin = await addPerson({ role: "admin" });
});

type Listed = { total: number; data: { backup_id: string; status: string; project: string; since: string }[] };

async function lost(as: Person): Promise<Listed> {
  const { status, body } = await call("GET /api/v1/copies/lost", { as });
  expect(status).toBe(200);
  return body as Listed;
}

const statuses = async (as: Person) => (await lost(as)).data.map(({ status }) => status).sort();

/** A copy whose job is over, and how; `storedAt`: when it was there before. */
async function given(
  status: "failed" | "cancelled",
  folder: { id: string; folder: string },
  storedAt: Date | null = null,
) {
  const { backup, job } = await makeBackup(tenant);
  const copy = await addCopy(backup, { folder, status: "pending" });
  const over = { status, finishedAt: new Date(), errorCode: "destination_refused", errorMessage: "It is read-only." };
  await db.update(jobs).set(over).where(eq(jobs.id, job.id));
  await db.update(backupCopies).set({ jobId: job.id, storedAt }).where(eq(backupCopies.id, copy.id));
}

it("names copies that are missing, damaged or given up, and none of those that are there or that nobody wants", async () => {
  const folder = await addFolder();
  for (const status of ["stored", "missing", "corrupt"] as const)
    await addCopy((await makeBackup(tenant)).backup, { folder, status });
  await given("failed", folder);
  await given("cancelled", folder);
  await given("cancelled", folder, new Date());
  expect(await statuses(admin)).toEqual(["corrupt", "failed", "failed", "missing"]);
  expect((await lost(admin)).data.find(({ status }) => status === "failed")).toMatchObject({
    project: tenant.slug,
    problem: "It is read-only.",
    since: expect.stringMatching(/Z$/),
  });
});

it("names few, those of the latest backups, and counts all", async () => {
  const folder = await addFolder();
  const made: string[] = [];
  for (let n = 0; n < 7; n++) {
    const { backup } = await makeBackup(tenant);
    await addCopy(backup, { folder, status: "missing" });
    made.unshift(backup.id);
  }
  const { total, data } = await lost(member);
  expect([total, data.map((copy) => copy.backup_id)]).toEqual([7, made.slice(0, 5)]);
});

it("tells members of their own projects alone", async () => {
  const folder = await addFolder();
  await addCopy((await makeBackup(tenant)).backup, { folder, status: "missing" });
  const other = await registerTenant(await makeSchema({ tables: 0 }));
  await addCopy((await makeBackup(other)).backup, { folder, status: "corrupt" });
  expect(await statuses(member)).toEqual(["missing"]);
  expect(await statuses(admin)).toEqual(["corrupt", "missing"]);
  expect(await lost(await addPerson())).toEqual({ total: 0, data: [] });
});

it("leaves out those of a destination that does not work, which may be there", async () => {
  const [works, away] = [await addFolder(), await addFolder()];
  const { backup } = await makeBackup(tenant);
  await addCopy(backup, { folder: works, status: "missing" });
  await addCopy(backup, { folder: away, status: "corrupt" });
  await callUnhealthy(away.id);
  expect(await statuses(member)).toEqual(["missing"]);
  await callUnhealthy(away.id, null);
  expect(await statuses(member)).toEqual(["corrupt", "missing"]);
});
