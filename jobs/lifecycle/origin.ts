import { eq } from "drizzle-orm";
import type { Origin } from "@/db/audit";
import type { Db, Tx } from "@/db/client";
import { users } from "@/db/schema";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";

/** Who is behind what a job does: whoever started it, with the request that they made. */
export async function originOf(tx: Tx | Db, job: Pick<ClaimedJob, "userId" | "requestId">): Promise<Origin> {
  const [actor] = job.userId ? await tx.select().from(users).where(eq(users.id, job.userId)) : [];
  return { actor: actor ?? null, address: null, requestId: job.requestId };
}
