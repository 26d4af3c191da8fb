import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { controlPlane } from "@/db/client";
import { migrate } from "@/db/migrate";
import { addTester } from "@/jobs/testing/control-plane";
import { moveControlPlane } from "@/jobs/testing/env";
import { backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { type SecondServer, secondServer } from "@/jobs/testing/server";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

let server: SecondServer;
beforeAll(async () => {
  server = await secondServer();
  moveControlPlane(server.controlUrl);
  await migrate(server.controlUrl);
  await addTester();
});
afterAll(async () => {
  await controlPlane().end();
  await server?.[Symbol.asyncDispose]();
});

it("jobs go on while the control plane is away, and their outcome is not lost", async () => {
  const tenant = await makeTenant(large);
  const [longGate, shortGate] = [await heldCompressor(), await heldCompressor()];
  await using _first = await startWorkerProcess({ ...longGate.env, WORKER_CONCURRENCY: "1" });
  const long = await startExport(tenant, { format: "custom" });
  await jobWhen(long, (job) => job.currentTable);
  await using _second = await startWorkerProcess({ ...shortGate.env, WORKER_CONCURRENCY: "1" });
  const short = await startExport(tenant, { format: "custom" });
  await jobWhen(short, (job) => job.currentTable);

  await server.down();
  await shortGate.open();
  // This one comes to its end meanwhile: the file is there, the outcome waits.
  await waitFor(async () => (await published()).length === 2, { what: "the file of the shorter job" });
  // As long as a lease is, which nobody can renew now.
  await delay(30_000);
  await server.up();

  expect(await jobAtEnd(short)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1, fence: 1 });
  await delay(15_000);
  expect(await jobWhen(long, () => true)).toMatchObject({ status: "in_progress", attempts: 1, fence: 1 });
  await longGate.open();
  expect(await jobAtEnd(long)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1, fence: 1 });
  for (const id of [long, short]) expect(await backupsOf(id)).toHaveLength(1);
  expect(await published()).toHaveLength(4);
  expect(await leftovers()).toEqual(nothing);

  // Both workers take jobs again.
  const next = await Promise.all([1, 2].map(() => startExport(tenant)));
  for (const id of next)
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1 });
});
