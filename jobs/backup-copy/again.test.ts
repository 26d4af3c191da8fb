import { eq, isNotNull, sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backupCopies, destinations, jobs, notificationChannels, notificationRules, notifications } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { noteHealthy } from "@/jobs/backup-copy/place";
import { startCopy } from "@/jobs/backup-copy/start";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { startS3Server } from "@/jobs/testing/s3-server";
import { makeTenant, unique } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const round = () => lookAfterDestinations(new AbortController().signal);
const copies = () => db.select().from(backupCopies).where(isNotNull(backupCopies.backupId));
/** The worker comes round too, now and then: each of these steps stands whoever is first. */
const anHourLater = () => db.update(jobs).set({ finishedAt: sql`now() - interval '1 hour'` });

it("makes copies anew that a destination has refused, once it works, and tells of their failure once", async () => {
  await using server = await startS3Server();
  const settings = { kind: "s3" as const, ...server.settings };
  const [destination] = await db
    .insert(destinations)
    .values({ name: `place ${unique()}`, kind: "s3", settings, checkedAt: new Date() })
    .returning();
  const [channel] = await db
    .insert(notificationChannels)
    .values({ name: unique(), kind: "webhook", settings: { kind: "webhook", url: "http://127.0.0.1:1/", secret: "s" } })
    .returning();
  if (!destination || !channel) throw new Error("not set up");
  await db.insert(notificationRules).values({ channelId: channel.id, event: "copy_failed" });
  const told = async () =>
    (await db.select().from(notifications)).filter(({ about }) => about === "copy_failed").length;

  await using _ = await startWorkerProcess();
  const id = await startExport(await makeTenant({ tables: 1 }));
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed" });
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  const refused = { status: 403, code: "AccessDenied" };
  server.fail("put", refused, { times: 2 });
  const first = await db.transaction((tx) => startCopy(tx, byCoffer, { backup, destination }));
  expect(await jobAtEnd(first.id)).toMatchObject({ status: "failed", errorCode: "destination_refused" });
  expect(await told()).toBe(1);

  // It does not work yet: the check's own file is refused.
  await anHourLater();
  await db.update(destinations).set({ checkedAt: sql`now() - interval '1 hour'` });
  await round();
  expect(await copies()).toMatchObject([{ status: "pending", jobId: first.id }]);
  // It works, and refuses just that file.
  server.fail("put", refused);
  await noteHealthy(destination.id);
  await Promise.all([round(), round()]);
  const [second] = await copies();
  expect(second?.jobId).not.toBe(first.id);
  expect(await jobAtEnd(second?.jobId ?? "")).toMatchObject({ status: "failed", options: { isAgain: true } });
  expect(await told()).toBe(1);

  // Not at once again, however well it works.
  await noteHealthy(destination.id);
  await round();
  expect(await copies()).toMatchObject([{ jobId: second?.jobId }]);
  await anHourLater();
  await round();
  const [third] = await copies();
  expect(await jobAtEnd(third?.jobId ?? "")).toMatchObject({ status: "completed" });
  expect(await copies()).toMatchObject([{ status: "stored" }]);
  await anHourLater();
  await round();
  expect(await copies()).toMatchObject([{ jobId: third?.jobId }]);
  const made = await db.select().from(jobs).where(eq(jobs.kind, "copy_backup"));
  expect(made).toHaveLength(3);
});
