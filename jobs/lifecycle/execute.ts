import { setTimeout as delay } from "node:timers/promises";
import type { Task } from "graphile-worker";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { log } from "@/db/log";
import type { JobStep } from "@/db/schema";
import { type ClaimedJob, claimJob } from "@/jobs/lifecycle/claim";
import { failureOf } from "@/jobs/lifecycle/failure";
import { cancelJob, completeJob, failJob, giveBack } from "@/jobs/lifecycle/finish";
import { holdLease, type Lease, type Report } from "@/jobs/lifecycle/lease";

/** Why a running job has to end early. The first reason wins. */
export type StopReason = "cancelled" | "lost" | "shutdown";

export type RunContext = {
  job: ClaimedJob;
  /** Aborts with a StopReason; whatever the task started must be gone before it settles. */
  signal: AbortSignal;
  /** Begins the named step and ends the one before it. */
  step(name: string): void;
  report(patch: Report): void;
  /** To be done once the job is completed. Where that fails, or the process is killed before, regular work does it. */
  afterwards(work: () => Promise<void>): void;
  /** The time by the database's clock. */
  now(): Date;
};

/** When the server and the backup folder were seen to be free of it, by this machine's clock. */
export type Cleaned = { backendEndedAt: Date | null; filesRemovedAt: Date | null };

/** A kind of slow work. */
export type JobHandler = {
  /** Does the work and gives what to write in the transaction that completes the job. */
  run(context: RunContext): Promise<(tx: Tx) => Promise<void>>;
  /** Removes whatever attempts up to and with this fence have left: server backends, files. Safe to repeat. */
  clean(job: ClaimedJob, upToFence: number): Promise<Cleaned>;
};

const payload = z.object({ jobId: z.uuid() });

/** The jobs of this process, by id. */
const running = new Map<string, { stop(reason: StopReason): void; ended: Promise<void> }>();

/** Ends one job early if this process runs it. */
export const stopJob = (jobId: string, reason: StopReason) => running.get(jobId)?.stop(reason);

let accepting = true;

/** Ends all jobs of this process early, takes no new ones, and waits until nothing of them is left. */
export async function stopAllJobs(reason: StopReason): Promise<void> {
  accepting = false;
  const all = [...running.values()];
  for (const job of all) job.stop(reason);
  await Promise.all(all.map((job) => job.ended));
}

/** Makes the queue's task for a kind of job: claim, beat, fence, end. It never throws: the job's row tells how it ended. */
export function runTask(handler: JobHandler, workerId: string): Task {
  return async (body, { job: bell }) => {
    // A bell that the queue hands out while this process stops is rung again by the reaper of another.
    if (!accepting) return;
    const job = await claimJob(payload.parse(body).jobId, workerId, bell.locked_by);
    if (!job) return;
    const controller = new AbortController();
    const stop = (reason: StopReason) => controller.abort(reason);
    // This process may have been told to stop while it took the job.
    if (!accepting) stop("shutdown");
    const ended = runAttempt(handler, job, controller).finally(() => running.delete(job.id));
    running.set(job.id, { stop, ended });
    await ended;
  };
}

async function runAttempt(handler: JobHandler, job: ClaimedJob, controller: AbortController): Promise<void> {
  const logger = log.child({
    jobId: job.id,
    kind: job.kind,
    attempt: job.attempts,
    fence: job.fence,
    requestId: job.requestId,
    projectId: job.projectId,
    userId: job.userId,
  });
  const lease = holdLease(job, { cancel: () => controller.abort("cancelled"), lost: () => controller.abort("lost") });
  logger.info("job claimed");
  try {
    const cause = await attempt(handler, contextFor(job, controller.signal, lease));
    if (cause === null) return logger.info("job completed");
    const reason: StopReason | null = controller.signal.aborted ? controller.signal.reason : stopReasonOf(cause);
    const processEndedAt = new Date();
    const cleaning = cleanQuietly(handler, job);
    const cleaned = await (reason === "shutdown" ? Promise.race([cleaning, delay(stopPatience, notYet)]) : cleaning);
    await lease.stop();
    const failure = failureOf(cause);
    const report = lease.take();
    if (reason === "cancelled") await cancelJob({ job, report }, { processEndedAt, ...cleaned });
    else if (reason === "shutdown") await giveBack(job);
    else if (reason === null) await failJob({ job, report }, failure);
    const unforeseen = reason === null && failure.code === "internal_error";
    logger[unforeseen ? "error" : "info"](reason ? { reason } : { error: cause, failure }, "job ended early");
  } catch (error) {
    // The lease runs out and the reaper gives the job to another attempt.
    logger.error({ error }, "the outcome of a job could not be written");
  } finally {
    await lease.stop();
  }
}

/** Gives null when the job is completed, else what stood in the way. */
async function attempt(handler: JobHandler, { context, lastReport, later }: Running): Promise<unknown> {
  const { job } = context;
  try {
    if (job.fence > 1) await handler.clean(job, job.fence - 1);
    if (job.status === "cancelling") return "cancelled" satisfies StopReason;
    context.signal.throwIfAborted();
    const commit = await handler.run(context);
    const outcome = await completeJob({ job, report: lastReport() }, commit);
    if (outcome === "completed") {
      await later();
      return null;
    }
    return outcome === "cancelling" ? "cancelled" : "lost";
  } catch (error) {
    return error ?? new Error("unknown");
  }
}

const stopReasonOf = (cause: unknown) => (cause === "cancelled" || cause === "lost" ? cause : null);

/** How long a process that stops waits for the server, which may not answer, before it leaves the rest to the next attempt. */
const stopPatience = 5_000;
const notYet: Cleaned = { backendEndedAt: null, filesRemovedAt: null };

/** What cannot be cleaned now (the server is away) is cleaned by the next attempt or by the sweep. */
async function cleanQuietly(handler: JobHandler, job: ClaimedJob): Promise<Cleaned> {
  try {
    return await handler.clean(job, job.fence);
  } catch (error) {
    log.warn({ error, jobId: job.id }, "leftovers of a job could not be removed yet");
    return notYet;
  }
}

const now = (job: ClaimedJob) => new Date(Date.now() + job.clockSkew);

type Running = {
  context: RunContext;
  /** What is still to be written when the job ends well. */
  lastReport(): Report;
  /** Does what was left for afterwards. Never fails. */
  later(): Promise<void>;
};

function contextFor(job: ClaimedJob, signal: AbortSignal, lease: Lease): Running {
  const left: (() => Promise<void>)[] = [];
  let steps: JobStep[] = job.steps.map((step) => ({ ...step, startedAt: null, finishedAt: null }));
  const advance = (index: number) => {
    const time = now(job).toISOString();
    steps = steps.map((step, i) => ({
      ...step,
      startedAt: i <= index ? (step.startedAt ?? time) : null,
      finishedAt: i < index ? (step.finishedAt ?? time) : null,
    }));
  };
  const context: RunContext = {
    job,
    signal,
    now: () => now(job),
    report: (patch) => lease.report(patch),
    afterwards: (work) => void left.push(work),
    step(name) {
      const index = steps.findIndex((step) => step.name === name);
      advance(index);
      lease.report({ steps, stepsCompleted: index, currentStep: steps[index]?.title ?? name });
    },
  };
  return {
    context,
    lastReport() {
      advance(steps.length);
      return { ...lease.take(), steps };
    },
    async later() {
      for (const work of left)
        await work().catch((error: unknown) =>
          log.warn({ error, jobId: job.id }, "what a job has left to do is yet to be done"),
        );
    },
  };
}
