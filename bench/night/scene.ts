import { eq, sql } from "drizzle-orm";
import type { Lab } from "@/bench/lab";
import { type NightReceiver, secret } from "@/bench/night/receiver";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import {
  destinations,
  type NotificationEvent,
  notificationChannels,
  notificationRules,
  projects,
  type S3Settings,
  schedules,
} from "@/db/schema";
import { nextSlot } from "@/jobs/schedule/next";
import { scheduleOptions } from "@/jobs/schedule/options";
import { type Schedule, startSlot } from "@/jobs/schedule/start-slot";

/** Half of the tenants are shops, half are clinics: each kind has a schedule of its own. */
const kinds = ["shop", "clinic"] as const;

type Tenant = { id: string; slug: string };

/** So many tiny tenants, and one project that no schedule is for. */
export async function makeTenants(lab: Lab, count: number): Promise<Tenant[]> {
  const slugs = Array.from({ length: count }, (_, n) => `${kinds[n % 2]}_${n}`);
  // One request for some hundreds of tables, which are locked together.
  for (let n = 0; n < count; n += 50)
    await lab.tenants.unsafe(
      slugs
        .slice(n, n + 50)
        .map(schemaSql)
        .join(";"),
    );
  const made: Tenant[] = [];
  for (const slug of slugs) made.push(await lab.addProject(slug));
  await lab.tenants.unsafe(schemaSql("forgotten"));
  const forgotten = await lab.addProject("forgotten");
  const longAgo = sql`now() - interval '3 days'`;
  await db.update(projects).set({ createdAt: longAgo }).where(eq(projects.id, forgotten.id));
  return made;
}

const schemaSql = (slug: string) => `
    create schema tenant_${slug};
    create table tenant_${slug}.notes (id int primary key, body text);
    insert into tenant_${slug}.notes select i, md5(i::text) from generate_series(1, 100) i;
    create table tenant_${slug}.tags (note int references tenant_${slug}.notes, tag text);
    insert into tenant_${slug}.tags select i, 'tag ' || i from generate_series(1, 50) i`;

export async function addBucket(settings: S3Settings): Promise<string> {
  const values = { name: "bucket", kind: "s3" as const, settings: { kind: "s3" as const, ...settings } };
  const [row] = await db.insert(destinations).values(values).returning({ id: destinations.id });
  if (!row) throw new Error("no destination");
  return row.id;
}

type Plan = { destinationId: string; spreadSeconds: number };

/** One schedule for each kind of tenant. They are not due before `planNight`. */
export async function addSchedules({ destinationId, spreadSeconds }: Plan): Promise<Schedule[]> {
  const values = kinds.map((kind) => ({
    name: `all ${kind}s`,
    pattern: `${kind}_*`,
    cron: "0 0 1 1 *",
    timeZone: "UTC",
    spreadSeconds,
    options: scheduleOptions.parse({ format: "custom", destinations: [destinationId] }),
    retention: { keepCount: 1 },
  }));
  return db.insert(schedules).values(values).returning();
}

/** What was made the night before, as "run now" makes it: one backup for each tenant, that the night is to replace. */
export async function runNightBefore(all: Schedule[]): Promise<void> {
  for (const schedule of all) {
    const eve = { schedule: { ...schedule, spreadSeconds: 0 }, slot: new Date(), number: 1 };
    await db.transaction((tx) => startSlot(tx, byCoffer, eve));
  }
}

/** Gives the schedules a slot at the next minute, or at the one after it; the shops' one a monitor too. Returns the slot. */
export async function planNight(all: Schedule[], receiver: NightReceiver): Promise<Date> {
  const [row] = await db.execute<{ now: string }>(sql`select now()`);
  const now = new Date(row?.now ?? Date.now());
  const slot = new Date(Math.ceil((now.getTime() + 20_000) / 60_000) * 60_000);
  const cron = `${slot.getUTCMinutes()} ${slot.getUTCHours()} * * *`;
  for (const { id, pattern } of all) {
    const heartbeatUrl = pattern === "shop_*" ? `${receiver.url}/ping/shops` : null;
    await db
      .update(schedules)
      .set({ cron, nextRunAt: nextSlot({ cron, timeZone: "UTC" }, now), heartbeatUrl })
      .where(eq(schedules.id, id));
  }
  return slot;
}

const everything: NotificationEvent[] = [
  "backup_completed",
  "backup_failed",
  "proof_failed",
  "backup_shrunk",
  "copy_failed",
  "destination_unhealthy",
  "schema_found",
];

/** `ops` hears of everything, `owner` only of the backups of one tenant, and somebody is still asleep. */
export async function addChannels(receiver: NightReceiver, tenant: Tenant): Promise<void> {
  await addChannel(receiver, "ops", [
    ...everything.map((event) => ({ event })),
    { event: "backup_stale", staleHours: 24 },
  ]);
  await addChannel(receiver, "owner", [{ event: "backup_completed", projectId: tenant.id }]);
  await addChannel(receiver, "asleep", [{ event: "backup_completed" }]);
  await db.update(notificationChannels).set({ pausedAt: sql`now()` }).where(eq(notificationChannels.name, "asleep"));
}

type Rule = { event: NotificationEvent; projectId?: string; staleHours?: number };

async function addChannel(receiver: NightReceiver, name: string, rules: Rule[]) {
  const settings = { kind: "webhook" as const, url: `${receiver.url}/hook/${name}`, secret };
  const [channel] = await db.insert(notificationChannels).values({ name, kind: "webhook", settings }).returning();
  if (!channel) throw new Error("no channel");
  await db.insert(notificationRules).values(rules.map((rule) => ({ channelId: channel.id, ...rule })));
}
