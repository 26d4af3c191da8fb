import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { checkBytes, checkLeftovers, checkRows, rowOf } from "@/bench/checks";
import { type Lab, memoryOf } from "@/bench/lab";
import { checkAlone, type Night } from "@/bench/night/checks";
import { figures } from "@/bench/night/figures";
import { checkNotices } from "@/bench/night/notices";
import { type NightReceiver, startReceiver } from "@/bench/night/receiver";
import { addBucket, addChannels, addSchedules, makeTenants, planNight, runNightBefore } from "@/bench/night/scene";
import { killOneAtWork, watchDumps } from "@/bench/night/watch";
import type { Row } from "@/bench/report";
import { allDone, say } from "@/bench/settle";
import { startS3Server } from "@/jobs/testing/s3-server";

export type NightOptions = { tenants: number; workers: number; spreadSeconds: number; outageSeconds: number };

const until = (time: number) => delay(Math.max(0, time - Date.now()));

/**
 * A night of many tenants, in minutes: schedules with a spread, a policy that keeps one backup each, a bucket for the copies, webhooks and
 * a monitor. In its middle one worker is killed with -9, and no other is started for it; later the bucket is away for a while.
 */
export async function benchNight(lab: Lab, options: NightOptions): Promise<Row[]> {
  process.env.PRIVATE_HOSTS = "127.0.0.1";
  const receiver = await startReceiver();
  const bucket = await startS3Server();
  try {
    say(`making ${options.tenants} tenants`);
    const tenants = await makeTenants(lab, options.tenants);
    const destinationId = await addBucket(bucket.settings);
    const schedules = await addSchedules({ destinationId, spreadSeconds: options.spreadSeconds });
    const workers = await Promise.all(Array.from({ length: options.workers }, () => lab.start("worker")));
    say("the night before");
    await runNightBefore(schedules);
    await allDone();
    await addChannels(receiver, tenants[0] ?? { id: "", slug: "" });
    const slot = await planNight(schedules, receiver);
    const night = { lab, bucket, folders: [lab.backupDir], folderOf: () => lab.backupDir, slot, tenants };
    return await passNight(night, { receiver, workers, options });
  } finally {
    receiver.stop();
    await bucket[Symbol.asyncDispose]();
  }
}

type Passing = { receiver: NightReceiver; workers: ChildProcess[]; options: NightOptions };

async function passNight(night: Night, { receiver, workers, options }: Passing): Promise<Row[]> {
  const { lab, bucket, slot } = night;
  const start = slot.getTime();
  const within = (share: number) => until(start + share * options.spreadSeconds * 1000);
  const dumps = watchDumps(lab);
  say(`the slot is at ${slot.toISOString().slice(11, 19)}`);
  await within(0.3);
  const killed = await killOneAtWork(workers, start + options.spreadSeconds * 1000);
  say(`killed a worker that held ${killed.held}; no other is started for it`);
  await within(0.5);
  await bucket.goAway();
  say("the bucket is away");
  await delay(options.outageSeconds * 1000);
  await bucket.comeBack();
  say("the bucket is back");
  await allDone();
  const most = await dumps.stop();
  const alive = workers.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  const peaks = await Promise.all(alive.map(({ pid }) => memoryOf(pid ?? 0, "VmHWM")));
  for (const worker of alive) await lab.stop(worker);
  const notices = await checkNotices(receiver, { slot, owner: night.tenants[0]?.id ?? "" });
  const overBudget = [
    ...(most.sessions.length > 2 ? most.sessions : []),
    ...Array.from({ length: Math.max(0, most.jobs - 2) }, () => "one job too many"),
  ];
  const checks = [
    await checkAlone(night),
    ...(await checkBytes(night)),
    ...(await checkLeftovers(night)),
    ...(await checkRows()),
    ...notices.checks,
    { what: `dumps at a time beyond the two of the database's budget, in ${most.looks} looks`, wrong: overBudget },
    {
      what: "workers that were to be at work when killed, and were not",
      wrong: killed.held > 0 ? [] : ["it was idle"],
    },
  ];
  const peakBytes = Math.max(killed.peakBytes, ...peaks);
  return [...checks.map(rowOf), ...(await figures(night, { options, notices, receiver, peakBytes }))];
}
