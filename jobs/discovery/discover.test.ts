import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { databases, projects } from "@/db/schema";
import { discover } from "@/jobs/discovery/discover";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { silentServer } from "@/jobs/testing/silent-server";
import { connectionOf, makeSchema, unique } from "@/jobs/testing/tenant";

givenControlPlane();

it("a database that does not answer keeps no other waiting", async () => {
  await using silent = await silentServer(testEnv.tenantUrl);
  silent.fallSilent();
  const { schema } = await makeSchema({ tables: 0 });
  const search = { discovery: "automatic" as const, discoveryPattern: schema };
  for (const [name, url] of [
    ["a", silent.url],
    ["b", testEnv.tenantUrl],
  ] as const)
    await db.insert(databases).values({ name: `${name} ${unique()}`, connection: connectionOf(url), ...search });
  let isOver = false;
  const round = discover().finally(() => (isOver = true));
  const found = () => db.$count(projects, eq(projects.schemaName, schema));
  await expect.poll(found, { timeout: 60_000 }).toBe(1);
  expect(isOver).toBe(false);
  await round;
});
