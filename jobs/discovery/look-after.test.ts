import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { databases, projects } from "@/db/schema";
import { noteAnswer, noteSilence } from "@/jobs/discovery/health";
import { lookAfterDatabases } from "@/jobs/discovery/look-after";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { pausedPooler } from "@/jobs/testing/paused-pooler";
import { silentServer } from "@/jobs/testing/silent-server";
import { connectionOf, makeSchema, unique } from "@/jobs/testing/tenant";

givenControlPlane();

async function add(url: string, more: Partial<typeof databases.$inferInsert> = {}): Promise<string> {
  const [row] = await db
    .insert(databases)
    .values({ name: unique(), connection: connectionOf(url), ...more })
    .returning();
  return row?.id ?? "";
}

async function rowOf(id: string) {
  const [row] = await db.select().from(databases).where(eq(databases.id, id));
  if (!row) throw new Error("it is gone");
  return row;
}

it("a database that does not answer keeps no other waiting, and says why", async () => {
  await using silent = await silentServer(testEnv.tenantUrl);
  silent.fallSilent();
  const { schema } = await makeSchema({ tables: 0 });
  const search = { discovery: "automatic" as const, discoveryPattern: schema };
  await using paused = await pausedPooler();
  const id = await add(silent.url, search);
  const pausedId = await add(paused.url);
  await add(testEnv.tenantUrl, search);
  let isOver = false;
  const round = lookAfterDatabases().finally(() => (isOver = true));
  const found = () => db.$count(projects, eq(projects.schemaName, schema));
  await expect.poll(found, { timeout: 60_000 }).toBe(1);
  expect(isOver).toBe(false);
  await round;
  expect((await rowOf(pausedId)).problem).toMatch(/did not answer within 20 seconds/);
  const { checkedAt, unhealthySince, problem } = await rowOf(id);
  expect([checkedAt, unhealthySince, problem]).toEqual([
    null,
    expect.any(Date),
    expect.stringMatching(/cannot be reached/),
  ]);
});

it("whether it answers is known of each, searched for schemas or not", async () => {
  const id = await add(testEnv.tenantUrl, { discovery: "off", unhealthySince: new Date(0), problem: "It was away." });
  const away = await add("postgres://a:b@127.0.0.1:1/x", { discovery: "off" });
  await lookAfterDatabases();
  const works = await rowOf(id);
  expect(works).toMatchObject({ unhealthySince: null, problem: null, checkedAt: expect.any(Date) });
  expect(works.serverVersion).toBeGreaterThan(140_000);
  const { unhealthySince: since } = await rowOf(away);
  await lookAfterDatabases();
  expect(since).toEqual(expect.any(Date));
  expect((await rowOf(away)).unhealthySince).toEqual(since);
});

it("a look that ends late says nothing against one that has answered meanwhile", async () => {
  const id = await add(testEnv.tenantUrl, { discovery: "off" });
  const before = await rowOf(id);
  await lookAfterDatabases();
  await noteSilence(before, "too late");
  expect(await rowOf(id)).toMatchObject({ unhealthySince: null, problem: null });
  await noteSilence(await rowOf(id), "in time");
  expect(await rowOf(id)).toMatchObject({ problem: "in time" });
  await noteAnswer(before, { version: "9.6", number: 90_600, schemas: 0 });
  expect(await rowOf(id)).toMatchObject({ problem: "in time" });
});
