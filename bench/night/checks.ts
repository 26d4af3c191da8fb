import { eq } from "drizzle-orm";
import type { Check, Scene } from "@/bench/checks";
import { db } from "@/db/client";
import { backups, scheduleRuns } from "@/db/schema";

export type Night = Scene & { slot: Date; tenants: { id: string; slug: string }[] };

/** Each tenant has one backup, of the night. */
export async function checkAlone({ slot, tenants }: Night): Promise<Check> {
  const found = await db
    .select({ projectId: backups.projectId, slot: scheduleRuns.slot })
    .from(backups)
    .leftJoin(scheduleRuns, eq(scheduleRuns.jobId, backups.jobId));
  const byTenant = Map.groupBy(found, ({ projectId }) => projectId);
  const wrong = tenants.flatMap(({ id, slug }) => {
    const own = byTenant.get(id) ?? [];
    const ofNight = own.filter((row) => row.slot?.getTime() === slot.getTime());
    if (own.length === 1 && ofNight.length === 1) return [];
    return [`${slug} has ${own.length} backups, ${ofNight.length} of them of this night`];
  });
  return { what: "tenants without exactly one backup, of this night", wrong };
}
