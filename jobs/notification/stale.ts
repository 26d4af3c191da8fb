import { type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { db } from "@/db/client";
import { backups, notificationChannels, notificationRules, notifications, projects } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";
import { enqueue } from "@/jobs/notification/enqueue";
import type { Facts } from "@/jobs/notification/event";

type Row = {
  channelId: string;
  projectId: string;
  staleHours: number;
  onceKey: string;
  backupId: string | null;
  filename: string | null;
  createdAt: string | null;
};

/** Beside a project `p`, its last good backup `b`. */
const lastGood = sql`left join lateral (
      select g.id, g.filename, g.created_at from ${backups} g
      where g.project_id = p.id and ${isGood(alias(backups, "g"))} order by g.created_at desc, g.id desc limit 1) b on true`;
const keyOf = (channelId: SQL, backupId: SQL) =>
  sql`${channelId} || ':backup_stale:' || p.id || ':' || coalesce(${backupId}::text, 'none')`;

/** Of what was told of a project that has had another good backup since it may be told again, should that be lost. */
async function forgetOvercome(): Promise<void> {
  await db.execute(sql`
    update ${notifications} n set once_key = n.once_key || ':over:' || n.id
    from ${projects} p ${lastGood}
    where n.about = 'backup_stale' and n.project_id = p.id and n.once_key not like '%:over:%'
      and n.once_key <> ${keyOf(sql`n.channel_id`, sql`b.id`)}`);
}

/**
 * Tells of each project whose last good backup is older than a rule allows, or that has none that long after it was added. Once
 * per channel, until there is another good backup. Of two rules of a channel, the one for the very project counts.
 */
export async function announceStale(): Promise<void> {
  await forgetOvercome();
  const rows = await db.execute<Row>(sql`
    select r.channel_id as "channelId", p.id as "projectId", r.stale_hours as "staleHours", o.once_key as "onceKey",
      b.id as "backupId", b.filename, to_json(b.created_at)#>>'{}' as "createdAt"
    from ${notificationRules} r
    join ${notificationChannels} c on c.id = r.channel_id and c.paused_at is null
    join ${projects} p on r.project_id is null or r.project_id = p.id
    ${lastGood}
    cross join lateral (select ${keyOf(sql`r.channel_id`, sql`b.id`)} as once_key) o
    where r.event = 'backup_stale'
      and coalesce(b.created_at, p.created_at) < now() - make_interval(hours => r.stale_hours)
      and (r.project_id is not null or not exists (
        select from ${notificationRules} own
        where own.channel_id = r.channel_id and own.event = r.event and own.project_id = p.id))
      and not exists (select from ${notifications} n where n.once_key = o.once_key)
    limit 1000`);
  for (const { channelId, projectId, staleHours, onceKey, backupId, filename, createdAt } of rows) {
    const isThere = backupId !== null && filename !== null && createdAt !== null;
    const last = isThere ? { backupId, filename, createdAt: new Date(createdAt).toISOString() } : null;
    const facts: Facts["backup_stale"] = { staleHours, last };
    await db.transaction((tx) => enqueue(tx, [{ channelId, about: "backup_stale", projectId, facts, onceKey }]));
  }
}
