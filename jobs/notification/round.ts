import { sql } from "drizzle-orm";
import { db } from "@/db/client";
import { notifications } from "@/db/schema";
import { announceStale } from "@/jobs/notification/stale";
import { ringForNotification } from "@/jobs/queue";

/** Sending takes seconds: whoever holds a bell for this long is dead. */
const bellPatienceSeconds = 120;

/** What is to be looked after again and again. Any number of workers may do this at once. */
export async function tendNotifications(): Promise<void> {
  await announceStale();
  await ringLostBells();
  await db.delete(notifications).where(sql`${notifications.createdAt} < now() - interval '30 days'`);
}

/** A worker that is killed takes the bell that it holds along. */
export async function ringLostBells(): Promise<void> {
  const silent = await db.execute<{ id: string }>(sql`
    select n.id from ${notifications} n
    where n.status = 'pending' and n.about <> 'test' and n.created_at < now() - interval '1 minute'
      and not exists (
        select from graphile_worker.jobs j
        where j.key = 'notification:' || n.id and j.attempts < j.max_attempts
          and (j.locked_at is null or j.locked_at > now() - make_interval(secs => ${bellPatienceSeconds})))
    limit 1000`);
  for (const { id } of silent) await ringForNotification(db, id, { keepPlace: true });
}
