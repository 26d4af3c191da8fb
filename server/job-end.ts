import { eq } from "drizzle-orm";
import { controlPlane, db } from "@/db/client";
import { finishedChannel, jobs } from "@/db/schema";

/** Those who wait for the end of a job, by its id. */
const waiting = new Map<string, Set<() => void>>();
let listening: Promise<unknown> | undefined;

/** One session of this process hears of all ends; it connects again by itself when it was cut off. */
function listen(): Promise<unknown> {
  listening ??= controlPlane()
    .client.listen(finishedChannel, (jobId) => {
      for (const tell of waiting.get(jobId) ?? []) tell();
    })
    .catch((error) => {
      listening = undefined;
      throw error;
    });
  return listening;
}

/** A message may be lost with its connection, so now and then the row itself is asked. */
const lookEvery = 5_000;

/** Waits until the job is over, at most so long. Gives whether it is. */
export async function jobEnd(jobId: string, seconds: number): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  await listen();
  for (;;) {
    const heard = Promise.withResolvers<void>();
    const mine = waiting.get(jobId) ?? new Set();
    waiting.set(jobId, mine.add(heard.resolve));
    const timer = setTimeout(heard.resolve, Math.max(0, Math.min(lookEvery, deadline - Date.now())));
    try {
      // Asked after the ear is open: an end in between is heard.
      if (await isOver(jobId)) return true;
      if (Date.now() >= deadline) return false;
      await heard.promise;
    } finally {
      clearTimeout(timer);
      mine.delete(heard.resolve);
      if (mine.size === 0) waiting.delete(jobId);
    }
  }
}

async function isOver(jobId: string): Promise<boolean> {
  const [job] = await db.select({ finishedAt: jobs.finishedAt }).from(jobs).where(eq(jobs.id, jobId));
  return job === undefined || job.finishedAt !== null;
}
