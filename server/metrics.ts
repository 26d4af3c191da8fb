import { timingSafeEqual } from "node:crypto";
import { sql } from "drizzle-orm";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { db } from "@/db/client";
import { serverEnv } from "@/server/env";

const registry = new Registry();
collectDefaultMetrics({ register: registry, prefix: "coffer_web_" });

const requests = new Histogram({
  name: "coffer_http_request_duration_seconds",
  help: "HTTP requests of this process, by method, kind of path and status.",
  labelNames: ["method", "path", "status"],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
  registers: [registry],
});
const sent = new Counter({
  name: "coffer_http_sent_bytes_total",
  help: "Bytes that this process has sent, headers included.",
  registers: [registry],
});

const methods = new Set(["GET", "HEAD", "POST", "DELETE", "OPTIONS"]);

/** Counts a request that is over. `path` is one of few: ids would make a series each. */
export function countRequest(done: { method: string; path: string; status: number; seconds: number; bytes: number }) {
  const method = methods.has(done.method) ? done.method : "other";
  requests.observe({ method, path: done.path, status: String(done.status) }, done.seconds);
  sent.inc(done.bytes);
}

const gauge = (name: string, help: string, labelNames: string[] = []) =>
  new Gauge({ name: `coffer_${name}`, help, labelNames, registers: [registry] });

const jobs = gauge("jobs", "Jobs by kind and status.", ["kind", "status"]);
const durations = gauge("job_duration_seconds", "Time that jobs of the last hour took, by kind and status.", [
  "kind",
  "status",
  "of",
]);
const queueAge = gauge("queue_age_seconds", "How long the job that has waited longest for a worker has done so.");
const queueLength = gauge("queue_length", "Jobs that wait for a worker and may begin.");
const backupBytes = gauge("backup_bytes", "Bytes of all backups.");
const backupCount = gauge("backups", "Backups by status.", ["status"]);
const checkAge = gauge(
  "backup_check_age_seconds",
  "How long ago the bytes of an available backup were read, of the one for which that is longest.",
);
const workers = gauge("workers", "Workers that have reported within a minute.");
const heartbeat = gauge("worker_heartbeat_age_seconds", "Since when a worker has not reported, by host and process.", [
  "host",
  "pid",
]);

/** All figures in the text format of Prometheus. What concerns all processes is asked of the database at each scrape. */
export async function readMetrics(): Promise<{ contentType: string; text: string }> {
  await Promise.all([readJobs(), readQueue(), readBackups(), readWorkers()]);
  return { contentType: registry.contentType, text: await registry.metrics() };
}

type Figure = { kind: string; status: string; count: number };
type Duration = { kind: string; status: string; mean: number; longest: number };

async function readJobs() {
  const counts = await db.execute<Figure>(
    sql`select kind, status, count(*)::int as count from control_plane.jobs group by 1, 2`,
  );
  jobs.reset();
  for (const { kind, status, count } of counts) jobs.set({ kind, status }, count);
  const took = await db.execute<Duration>(sql`
    select kind, status, avg(seconds)::float8 as mean, max(seconds)::float8 as longest
    from (select kind, status, extract(epoch from finished_at - started_at) as seconds from control_plane.jobs
      where finished_at > now() - interval '1 hour' and started_at is not null) t group by 1, 2`);
  durations.reset();
  for (const { kind, status, mean, longest } of took) {
    durations.set({ kind, status, of: "mean" }, mean);
    durations.set({ kind, status, of: "longest" }, longest);
  }
}

async function readQueue() {
  const [row] = await db.execute<{ length: number; age: number }>(sql`
    select count(*)::int as length, coalesce(max(extract(epoch from now() - run_at)), 0)::float8 as age
    from control_plane.jobs where finished_at is null and status = 'pending' and run_at <= now()`);
  queueLength.set(row?.length ?? 0);
  queueAge.set(row?.age ?? 0);
}

async function readBackups() {
  const rows = await db.execute<{ status: string; count: number; bytes: number; age: number | null }>(sql`
    select status, count(*)::int as count, sum(size_bytes)::float8 as bytes,
      extract(epoch from now() - min(checked_at) filter (where moved_at is null))::float8 as age
    from control_plane.backups group by 1`);
  backupCount.reset();
  for (const { status, count } of rows) backupCount.set({ status }, count);
  checkAge.set([...rows].find(({ status }) => status === "available")?.age ?? 0);
  backupBytes.set([...rows].reduce((sum, { bytes }) => sum + bytes, 0));
}

async function readWorkers() {
  const rows = await db.execute<{ host: string; pid: number; age: number }>(sql`
    select host, pid, extract(epoch from now() - heartbeat_at)::float8 as age
    from control_plane.worker_instances where stopped_at is null and heartbeat_at > now() - interval '10 minutes'`);
  heartbeat.reset();
  for (const { host, pid, age } of rows) heartbeat.set({ host, pid: String(pid) }, age);
  workers.set([...rows].filter(({ age }) => age < 60).length);
}

/** Whether the caller may read the metrics: everybody, unless METRICS_TOKEN is set. */
export function mayReadMetrics(headers: Headers): boolean {
  const { METRICS_TOKEN } = serverEnv();
  if (!METRICS_TOKEN) return true;
  const [given, right] = [headers.get("authorization") ?? "", `Bearer ${METRICS_TOKEN}`].map((text) =>
    Buffer.from(text),
  );
  return given?.length === right?.length && timingSafeEqual(given ?? Buffer.alloc(0), right ?? Buffer.alloc(0));
}
