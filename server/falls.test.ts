import { eq, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();
givenWorker();

it("a backup is compared with those before it in its own project, and every face of it tells", async () => {
  const [tenant, other] = [await registerTenant(await makeSchema()), await registerTenant(await makeSchema())];
  const permissions = { [tenant.projectId]: ["export" as const], [other.projectId]: ["export" as const] };
  const person = await addPerson({ permissions });
  const caller = createCaller(inTheNameOf({ id: person.id, email: person.email, name: "x", role: "member" }));

  async function backupOf(projectId: string, { rows, age }: { rows: number; age: number }): Promise<string> {
    const order = { as: person, headers: { Prefer: "wait=60" }, body: { project_id: projectId } };
    const { backup_id: id } = (await call("POST /api/v1/backups/create", order)).body as { backup_id: string };
    await db
      .update(backups)
      .set({ rowCount: rows, createdAt: sql`now() - make_interval(days => ${age})` })
      .where(eq(backups.id, id));
    return id;
  }
  // Made in another order than they lie.
  const fallen = await backupOf(tenant.projectId, { rows: 100, age: 1 });
  await backupOf(tenant.projectId, { rows: 5, age: 0 });
  for (const age of [4, 3, 2]) await backupOf(tenant.projectId, { rows: 1000 + age, age });
  for (const age of [4, 3, 2]) await backupOf(other.projectId, { rows: 90_000, age });
  const alone = await backupOf(other.projectId, { rows: 80_000, age: 1 });

  const fall = { what: "rows", now: 100, usual: 1003, compared: 3 };
  expect(await caller.backup.get({ backupId: fallen })).toMatchObject({ fall });
  expect(await caller.backup.get({ backupId: alone })).toMatchObject({ fall: null });
  const { items } = await caller.backup.listBackups({ projectId: tenant.projectId });
  expect(items.map((backup) => backup.fall)).toMatchObject([
    { now: 5, usual: 1002.5, compared: 4 },
    fall,
    null,
    null,
    null,
  ]);
  const projects = await caller.project.list();
  expect(projects.find(({ id }) => id === tenant.projectId)?.lastBackup?.fall).toMatchObject({ now: 5 });
  expect(projects.find(({ id }) => id === other.projectId)?.lastBackup).toMatchObject({ id: alone, fall: null });
});
