import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { notifications } from "@/db/schema";

/** Whether the end of the run is to be told already whose start has this key. */
export async function isOver(startKey: string): Promise<boolean> {
  const [end] = await db
    .select({ id: notifications.id })
    .from(notifications)
    .where(eq(notifications.onceKey, startKey.replace(/:start$/, ":end")));
  return end !== undefined;
}
