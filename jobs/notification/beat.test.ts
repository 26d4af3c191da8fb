import { and, eq, ne, sql } from "drizzle-orm";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { jobs, notifications, projects, scheduleRuns } from "@/db/schema";
import { requestCancel } from "@/jobs/lifecycle/cancel";
import { cancelJob, completeJob, failJob } from "@/jobs/lifecycle/finish";
import { beatEnds, beatStart, runIdOf } from "@/jobs/notification/beat";
import { deliver } from "@/jobs/notification/deliver";
import { startSlot } from "@/jobs/schedule/start-slot";
import { givenControlPlane, tester } from "@/jobs/testing/control-plane";
import { setEnvironment } from "@/jobs/testing/env";
import { claim } from "@/jobs/testing/export-job";
import { givenReceiver } from "@/jobs/testing/receiver";
import { changeSchedule, makeSchedule } from "@/jobs/testing/schedule";
import { makeSchema, registerTenant, type Tenant, unique } from "@/jobs/testing/tenant";

setEnvironment({ PRIVATE_HOSTS: "127.0.0.1" });
givenControlPlane();
const receiver = givenReceiver();
const pattern = `${unique()}-*`;
let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema({ tables: 0 }));
  for (const name of ["eu", "us"]) {
    const { projectId } = await registerTenant(await makeSchema({ tables: 0 }));
    await db
      .update(projects)
      .set({ slug: pattern.replace("*", name) })
      .where(eq(projects.id, projectId));
  }
});
beforeEach(() => {
  receiver.requests.length = 0;
});

/** A slot of a schedule with a monitor, of one project unless a pattern is given. */
async function startRun(of: { pattern: string } | { projectId: string } = tenant, slot = new Date()) {
  const scope = "pattern" in of ? { pattern: of.pattern } : { projectId: of.projectId };
  const schedule = await makeSchedule({ ...scope, heartbeatUrl: `${receiver.url}/ping` });
  await db.transaction((tx) => startSlot(tx, byCoffer, { schedule, slot, number: 1 }));
  const started = await db.select({ id: jobs.id }).from(jobs).where(eq(jobs.scheduleId, schedule.id));
  const id = runIdOf({ scheduleId: schedule.id, slot });
  return { id, schedule, slot, jobIds: started.map((job) => job.id) as [string, ...string[]] };
}
type Run = Awaited<ReturnType<typeof startRun>>;

const beatsOf = ({ schedule }: Run) =>
  db
    .select()
    .from(notifications)
    .where(sql`${notifications.onceKey} like ${`heartbeat:${schedule.id}:%`}`)
    .orderBy(notifications.createdAt);
/** What the monitor is told, once each round has come that may tell it. */
async function signalsOf(run: Run) {
  await Promise.all([beatEnds(), beatEnds(), beatEnds()]);
  return (await beatsOf(run)).map(({ facts }) => facts as { signal: string; why?: string });
}
async function deliverAll(run: Run) {
  await beatEnds();
  for (const { id } of await beatsOf(run)) await deliver(id);
  return receiver.requests.map(({ path, body }) => [path, body]);
}
const complete = async (id: string) => completeJob({ job: await claim(id), report: {} }, async () => {});
const fail = async (id: string) =>
  failJob({ job: await claim(id), report: {} }, { code: "disk_full", message: "The disk is full." });

it("beats once when it starts, and its address is kept sealed", async () => {
  const run = await startRun();
  await db.transaction((tx) => beatStart(tx, run.schedule, { slot: run.slot, leftOut: 0 }));
  const [beat, ...more] = await beatsOf(run);
  expect(more).toEqual([]);
  expect(await deliverAll(run)).toEqual([[`/ping/start?rid=${run.id}`, ""]]);
  const [row] = await db.execute(sql`select direct from control_plane.notifications where id = ${beat?.id ?? null}`);
  expect(String(row?.direct)).not.toContain("ping");
});

it("tells why its job has failed, and nothing but that it is done when it went well", async () => {
  const failing = await startRun();
  await fail(failing.jobIds[0]);
  const fine = await startRun();
  await complete(fine.jobIds[0]);
  await deliverAll(failing);
  expect(await deliverAll(fine)).toEqual([
    [`/ping/fail?rid=${failing.id}`, "The disk is full."],
    [`/ping?rid=${fine.id}`, ""],
  ]);
});

it("of a pattern ends with the last of its projects, once, well if all are", async () => {
  const run = await startRun({ pattern });
  const [first, second] = run.jobIds as [string, string];
  await complete(first);
  expect(await signalsOf(run)).toMatchObject([{ signal: "start" }]);
  await complete(second);
  for (let n = 0; n < 2; n++) expect(await signalsOf(run)).toMatchObject([{ signal: "start" }, { signal: "success" }]);
});

it("of a pattern fails with one of its projects, and says how many there are", async () => {
  const run = await startRun({ pattern });
  const [first, second] = run.jobIds as [string, string];
  await fail(first);
  await complete(second);
  const why = "1 of 2 backups were not made, for one: The disk is full.";
  expect(await signalsOf(run)).toMatchObject([{ signal: "start" }, { signal: "fail", why }]);
});

it("fails when a project was left out, whose last export has not ended", async () => {
  const { schedule, ...before } = await startRun({ pattern }, new Date(Date.now() - 60_000));
  const [first, second] = before.jobIds as [string, string];
  await complete(first);
  const slot = new Date();
  await db.transaction((tx) => startSlot(tx, byCoffer, { schedule, slot, number: 2 }));
  const [job] = await db
    .select({ id: scheduleRuns.jobId })
    .from(scheduleRuns)
    .where(
      and(eq(scheduleRuns.scheduleId, schedule.id), ne(scheduleRuns.jobId, first), ne(scheduleRuns.jobId, second)),
    );
  await complete(job?.id ?? "");
  const why = "1 left out, since the last export has not ended.";
  expect(await signalsOf({ ...before, schedule })).toMatchObject([
    { signal: "start" },
    { signal: "start" },
    { signal: "fail", why },
  ]);
});

it("fails with a job that was cancelled, before its start or while it ran", async () => {
  const waiting = await startRun();
  await db.transaction((tx) => requestCancel(tx, waiting.jobIds[0], tester.id));
  const running = await startRun();
  const job = await claim(running.jobIds[0]);
  await db.transaction((tx) => requestCancel(tx, job.id, tester.id));
  const gone = { processEndedAt: new Date(), backendEndedAt: new Date(), filesRemovedAt: new Date() };
  await cancelJob({ job, report: {} }, gone);
  for (const run of [waiting, running])
    expect(await signalsOf(run)).toMatchObject([{ signal: "start" }, { signal: "fail", why: "It was cancelled." }]);
});

it("is not told of runs that began before anybody was to be told", async () => {
  const schedule = await makeSchedule({ projectId: tenant.projectId });
  const slot = new Date();
  await db.transaction((tx) => startSlot(tx, byCoffer, { schedule, slot, number: 1 }));
  const [job] = await db.select({ id: jobs.id }).from(jobs).where(eq(jobs.scheduleId, schedule.id));
  await complete(job?.id ?? "");
  await changeSchedule(schedule.id, { heartbeatUrl: `${receiver.url}/ping` });
  await beatEnds();
  expect(await beatsOf({ id: "", schedule, slot, jobIds: [""] })).toEqual([]);
});

it("does not tell of a start after the end", async () => {
  const run = await startRun();
  await complete(run.jobIds[0]);
  const [start] = await beatsOf(run);
  await beatEnds();
  await deliver(start?.id ?? "");
  expect(receiver.requests).toEqual([]);
});
