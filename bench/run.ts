import { eq } from "drizzle-orm";
import { benchClock } from "@/bench/clock/clock";
import { type ClockLab, openClockLab } from "@/bench/clock/fake-time";
import { benchImport } from "@/bench/data-in";
import { benchDataOut } from "@/bench/data-out";
import { benchDestination } from "@/bench/destination";
import { benchDownload } from "@/bench/download";
import { benchEncryption, benchExport } from "@/bench/export";
import { benchHosts, openHostsLab } from "@/bench/hosts/hosts";
import { isInOwnNetwork, runInOwnNetwork } from "@/bench/hosts/network";
import { openLab } from "@/bench/lab";
import { benchCancel, benchSmall } from "@/bench/latency";
import { benchList } from "@/bench/list";
import { benchMemory } from "@/bench/memory";
import { benchNight } from "@/bench/night/night";
import { benchProduct } from "@/bench/product";
import { benchQueue } from "@/bench/queue";
import { isMissed, keep, type Row, table } from "@/bench/report";
import { benchRestore, benchVerify } from "@/bench/restore";
import { benchRowsMemory } from "@/bench/rows-memory";
import { benchPolling, benchStatus } from "@/bench/status";
import { makeTenant } from "@/bench/tenant";
import { bundleProcesses, ensureBuilt } from "@/bin/build";
import { ensurePostgres } from "@/bin/install-postgres";
import { ensurePackages } from "@/bin/packages";
import { db } from "@/db/client";
import { projects } from "@/db/schema";
import { onPath } from "@/jobs/postgres/install-command";

// `npm run bench -- export cancel` runs those alone; `--rounds 3` and `--mb 200` make it smaller. `night` runs only when it is asked
// for, and alone: it compares nothing. `--tenants 20`, `--spread 60` and `--outage 20` (in seconds) make it shorter. So do `hosts`,
// which wants root on Linux, for networks of its own, and `clock`, which sets the clock of its database server.
const flag = (name: string, fallback: number) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const chosen = process.argv.slice(2).filter((word) => /^[a-z]+$/.test(word));
const wants = (name: string) => chosen.length === 0 || chosen.includes(name);
const rounds = flag("rounds", 5);
const megabytes = flag("mb", 1000);

await ensurePostgres("server");
await ensurePackages(["igzip", "zstd", "wrk"]);
const isNight = chosen.includes("night");
const isHosts = chosen.includes("hosts");
const isClock = chosen.includes("clock");
if (isClock) await ensurePackages(["faketime"]);
await (isNight || isHosts || isClock ? bundleProcesses() : ensureBuilt());
if (isHosts && !isInOwnNetwork()) process.exit(await runInOwnNetwork());
const clockLab = isClock ? await openClockLab() : null;
const lab = clockLab ?? (await (isHosts ? openHostsLab() : openLab()));
const rows: Row[] = [];

async function section(name: string, work: () => Promise<Row[]>): Promise<void> {
  if (!wants(name)) return;
  const found = await work();
  rows.push(...found);
  console.log(`${table(found)}\n`);
}

async function withWorker(work: () => Promise<Row[]>): Promise<Row[]> {
  const worker = await lab.start("worker");
  try {
    return await work();
  } finally {
    await lab.stop(worker);
  }
}

async function runNight(): Promise<void> {
  const options = {
    tenants: flag("tenants", 500),
    workers: flag("workers", 3),
    spreadSeconds: flag("spread", 300),
    outageSeconds: flag("outage", 60),
  };
  await section("night", () => benchNight(lab, options));
  if (rows.some(isMissed)) process.exitCode = 1;
}

async function runHosts(): Promise<void> {
  const options = { tenants: flag("tenants", 24), megabytes: flag("mb", 200) };
  await section("hosts", () => benchHosts(lab, options));
  if (rows.some(isMissed)) process.exitCode = 1;
}

async function runClock(of: ClockLab): Promise<void> {
  await section("clock", () => benchClock(of));
  if (rows.some(isMissed)) process.exitCode = 1;
}

async function runRatios(): Promise<void> {
  await makeTenant(lab.tenants, "large", megabytes);
  await makeTenant(lab.tenants, "small", 1);
  const large = await lab.addProject("large");
  const small = await lab.addProject("small");
  await section("export", () => withWorker(() => benchExport(lab, large, rounds)));
  await section("encryption", () => withWorker(() => benchEncryption(lab, large, rounds)));
  await section("restore", () => withWorker(() => benchRestore(lab, large, rounds)));
  await section("verify", () => withWorker(() => benchVerify(lab, large, rounds)));
  await section("small", () => withWorker(() => benchSmall(lab, small, Math.max(rounds, 20))));
  await section("cancel", () => withWorker(() => benchCancel(lab, large, Math.max(rounds, 20))));
  await section("status", () => benchStatus(lab, small, rounds));
  await section("polling", () => benchPolling(lab, large, rounds));
  if (await onPath("nginx")) await section("download", () => benchDownload(lab, large, rounds));
  else console.log("nginx is not installed: the download is left out.");
  await section("rows", () => benchDataOut(lab, large, rounds));
  await section("queue", () => benchQueue(lab));
  await section("import", () => withWorker(() => benchImport(lab, Math.min(megabytes, 300), rounds)));
  await section("destination", () => benchDestination(rounds, megabytes));
  await section("list", () => benchList(lab, Math.max(rounds, 20)));
  await section("product", benchProduct);
  const withHuge = async (work: (huge: Awaited<ReturnType<typeof lab.addProject>>) => Promise<Row[]>) => {
    await makeTenant(lab.tenants, "huge", megabytes * 5);
    const [known] = await db.select().from(projects).where(eq(projects.slug, "huge"));
    const found = await work(known ?? (await lab.addProject("huge")));
    await lab.tenants`drop schema tenant_huge cascade`;
    return found;
  };
  await section("memory", () => withHuge((huge) => benchMemory(lab, large, huge)));
  // What it exports it empties, so it comes last.
  await section("rowsmemory", () => withHuge((huge) => benchRowsMemory(lab, large, huge)));
}

try {
  await (clockLab ? runClock(clockLab) : isNight ? runNight() : isHosts ? runHosts() : runRatios());
  console.log(`Kept as ${await keep(rows, { PostgreSQL: lab.server.version })}`);
} finally {
  await lab.close();
}
