import { type AnyColumn, eq, sql } from "drizzle-orm";
import { workerInstances } from "@/db/schema";

/** Whether a worker of that backup folder was seen in the last day. What waits for it, waits as long. */
export const isSeen = (homeId: AnyColumn) =>
  sql<boolean>`exists (select from ${workerInstances} where ${eq(workerInstances.homeId, homeId)}
    and ${workerInstances.heartbeatAt} > now() - interval '1 day')`;

/** Whether one is at work now. */
export const isAlive = (homeId: AnyColumn) =>
  sql<boolean>`exists (select from ${workerInstances} where ${eq(workerInstances.homeId, homeId)}
    and ${workerInstances.stoppedAt} is null and ${workerInstances.heartbeatAt} > now() - interval '1 minute')`;

/** Whether there are workers of backup folders other than this one. */
export const hasOthers = (homeId: string | null) =>
  sql<boolean>`exists (select from ${workerInstances} where ${workerInstances.homeId} <> ${homeId}::uuid
    or (${homeId}::uuid is null and ${workerInstances.homeId} is not null))`;
