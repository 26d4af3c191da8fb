import { eq, sql } from "drizzle-orm";
import type { Check } from "@/bench/checks";
import type { NightReceiver } from "@/bench/night/receiver";
import { db } from "@/db/client";
import { auditEvents, backups, notifications, projects, scheduleRuns, schedules } from "@/db/schema";
import { runIdOf } from "@/jobs/notification/beat";

/** A worker that is killed may have sent what it could not write down any more: as many as it sends at a time. */
const inHandOfOne = 2;

/**
 * What the rules of `addChannels` mean for a night that went as it should: one word about each backup, to all who want it; one about the
 * bucket for each time that it was away; one about the project that nobody backs up; a start at most and one end for each run that has a
 * monitor.
 */
export async function checkNotices(receiver: NightReceiver, { slot, owner }: { slot: Date; owner: string }) {
  const ofNight = await db
    .select({
      ...{ id: backups.id, projectId: backups.projectId },
      ...{ scheduleId: schedules.id, hasMonitor: schedules.heartbeatUrl },
    })
    .from(backups)
    .innerJoin(scheduleRuns, eq(scheduleRuns.jobId, backups.jobId))
    .innerJoin(schedules, eq(schedules.id, scheduleRuns.scheduleId))
    .where(sql`${scheduleRuns.slot} = ${slot.toISOString()}::timestamptz`);
  const [forgotten] = await db.select({ id: projects.id }).from(projects).where(eq(projects.slug, "forgotten"));
  const outages = await db
    .select({ id: auditEvents.id })
    .from(auditEvents)
    .where(eq(auditEvents.action, "destination.unhealthy"));
  const expected = [
    ...ofNight.map(({ id }) => `ops backup_completed ${id}`),
    ...ofNight.filter(({ projectId }) => projectId === owner).map(({ id }) => `owner backup_completed ${id}`),
    `ops backup_stale ${forgotten?.id}`,
    "ops destination_unhealthy bucket",
  ];
  // A word that came twice under one id is one word: receivers tell by it.
  const byId = new Map(receiver.heard.map((each) => [`${each.channel} ${each.id}`, each]));
  const told = [...byId.values()].map((each) => `${each.channel} ${each.event} ${subjectOf(each.body)}`);
  const repeated = receiver.heard.length - byId.size;
  const failed = await db
    .select({ about: notifications.about, status: notifications.status, error: notifications.error })
    .from(notifications)
    .where(sql`${notifications.status} <> 'sent' and ${notifications.error} is distinct from ${overtaken}`);
  const { forged } = receiver.counts();
  const checks: Check[] = [
    { what: "notifications missing", wrong: without(expected, told) },
    { what: "notifications that nobody should have got, or got twice", wrong: without(told, expected) },
    {
      what: `messages sent again with the same id, beyond the ${inHandOfOne} of a killed worker`,
      wrong: Array.from({ length: Math.max(0, repeated - inHandOfOne) }, () => "one too many"),
    },
    { what: "notifications not sent", wrong: failed.map((row) => `${row.about}: ${row.status}, ${row.error}`) },
    { what: "webhooks with a wrong signature", wrong: Array.from({ length: forged }, () => "one") },
    beatsOf(
      receiver,
      ofNight.filter(({ hasMonitor }) => hasMonitor !== null).map(({ scheduleId }) => runIdOf({ scheduleId, slot })),
    ),
  ];
  return { checks, told: told.length, repeated, outages: outages.length };
}

const overtaken = "The run was over before its start could be told.";

/** Who a message is about: the backup, the destination, else the project. */
function subjectOf(body: unknown): string {
  const { facts, project } = body as { facts: Record<string, unknown>; project: { id: string } | null };
  return String(facts.backupId ?? facts.destination ?? project?.id);
}

/** What is in the one and not in the other, as often as it is more. */
function without(all: string[], others: string[]): string[] {
  const left = new Map<string, number>();
  for (const each of others) left.set(each, (left.get(each) ?? 0) + 1);
  return all.filter((each) => {
    const count = left.get(each) ?? 0;
    left.set(each, count - 1);
    return count <= 0;
  });
}

function beatsOf({ beats }: NightReceiver, runs: string[]): Check {
  const signals = new Map<string, string[]>(runs.map((id) => [id, []]));
  for (const { runId, signal } of beats) signals.set(runId, [...(signals.get(runId) ?? []), signal]);
  // A start that is sent again by whoever took over from a killed worker does no harm; one after the end would.
  const isRight = (all: string[]) => /^(start )*success$/.test(all.join(" ")) && all.length <= 3;
  const known = new Set(runs);
  const wrong = [...signals]
    .filter(([id, all]) => !known.has(id) || !isRight(all))
    .map(([id, all]) => `${id}: ${all.join(", ") || "nothing"}`);
  return { what: "runs whose monitor was not told start and success in this order", wrong };
}
