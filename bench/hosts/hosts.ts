import type { ChildProcess } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { eq } from "drizzle-orm";
import { type Check, checkBytes, checkLeftovers, checkRows, rowOf, type Scene } from "@/bench/checks";
import { addHost, hub, openHub } from "@/bench/hosts/network";
import {
  backupsAt,
  endOf,
  type Host,
  patience,
  whenMidDump,
  whenOthersAreIdle,
  whenTakenOver,
} from "@/bench/hosts/watch";
import { type Lab, openLab } from "@/bench/lab";
import { addBucket } from "@/bench/night/scene";
import type { Row } from "@/bench/report";
import { allDone, say } from "@/bench/settle";
import { makeTenant } from "@/bench/tenant";
import { byCoffer } from "@/db/audit";
import { db } from "@/db/client";
import { backups, databases, projects } from "@/db/schema";
import { readHomeId } from "@/jobs/home/id";
import { removeBackup } from "@/jobs/retention/remove";
import { startS3Server } from "@/jobs/testing/s3-server";
import { startVerification } from "@/jobs/verify-backup/start";

export type HostsOptions = { tenants: number; megabytes: number };

type Tenant = { id: string; slug: string };
/** Three hosts at work on exports to one bucket. */
type Fleet = Scene & { hosts: Host[]; tenants: Tenant[]; destinationId: string };

/** Most of the tenants are small; so many take a while. */
const largeOnes = 6;
/** A lab whose server hosts reach, with their passwords. */
export async function openHostsLab(): Promise<Lab> {
  await openHub();
  const folder = await mkdtemp(path.join(tmpdir(), "coffer-access-"));
  try {
    const file = path.join(folder, "pg_hba.conf");
    await writeFile(file, "host all all 127.0.0.1/32 scram-sha-256\nhost all all 10.77.0.0/16 scram-sha-256\n");
    await chmod(folder, 0o755);
    return await openLab({ settings: ["listen_addresses=*", `hba_file=${file}`] });
  } finally {
    // It is read as the server starts.
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Three hosts, each with a backup folder of its own, share one PostgreSQL and one S3. The cable of one is pulled while it dumps: the others
 * make what it was making, and go on with everything that they can. Meanwhile a backup whose file only it has is deleted, and one that has a
 * copy is proven. Then the cable is back.
 */
export async function benchHosts(lab: Lab, options: HostsOptions): Promise<Row[]> {
  process.env.PRIVATE_HOSTS = hub;
  await db.update(databases).set({ connection: { ...lab.server.tenants, host: hub } });
  await using bucket = await startS3Server({}, hub);
  const destinationId = await addBucket(bucket.settings);
  const tenants = await makeTenants(lab, options);
  const hosts = await Promise.all([1, 2, 3].map((n) => startHost(lab, n)));
  const folderById = new Map(hosts.map(({ homeId, folder }) => [homeId, folder]));
  const fleet: Fleet = {
    lab,
    bucket,
    folders: hosts.map(({ folder }) => folder),
    folderOf: ({ homeId }) => folderById.get(homeId ?? "") ?? "nowhere",
    hosts,
    tenants,
    destinationId,
  };
  try {
    return await passOutage(fleet, options);
  } finally {
    for (const { cable, worker } of hosts) {
      await cable.plugIn();
      await lab.stop(worker);
      await cable.remove();
    }
  }
}

async function makeTenants(lab: Lab, { tenants, megabytes }: HostsOptions): Promise<Tenant[]> {
  say(`making ${tenants} tenants`);
  const made: Tenant[] = [];
  for (let n = 0; n < tenants; n++) {
    const slug = `tenant_${n}`;
    await makeTenant(lab.tenants, slug, n % Math.ceil(tenants / largeOnes) === 1 ? megabytes : 1);
    made.push(await lab.addProject(slug));
  }
  return made;
}

async function startHost(lab: Lab, n: number): Promise<Host> {
  const cable = await addHost(n);
  const folder = path.join(lab.backupDir, `host-${n}`);
  await mkdir(folder);
  const DATABASE_URL = lab.server.controlUrl.replace("127.0.0.1", hub);
  const worker = await lab.start("worker", { DATABASE_URL, BACKUP_DIR: folder }, cable.through);
  const homeId = await readHomeId(folder);
  if (!homeId) throw new Error("the folder has no id");
  return { cable, worker, folder, homeId };
}

async function passOutage(fleet: Fleet, { megabytes }: HostsOptions): Promise<Row[]> {
  const { lab, hosts, tenants, destinationId } = fleet;
  const order = { format: "custom", destinations: [destinationId] };
  say("a backup of every tenant");
  for (const { id } of tenants) await lab.startExport(id, order);
  await allDone();

  say("one more of every tenant");
  for (const { id } of tenants) await lab.startExport(id, order);
  const { lost, jobIds } = await whenMidDump(hosts);
  const before = await backupsAt(lost);
  await lost.cable.pull();
  const cutAt = Date.now();
  say(`pulled the cable of a host that is dumping ${jobIds.length}, and has ${before.length} backups`);
  const [deleted, proven] = before;
  if (!deleted || !proven) throw new Error("the host has made too little before");
  await db.transaction((tx) => removeBackup(tx, byCoffer, { id: deleted.id, action: "backup.deleted" }));
  const takenOverMs = (await whenTakenOver(jobIds, lost)) - cutAt;
  say("others have taken over");
  const { id: proof } = await db.transaction((tx) =>
    startVerification(tx, byCoffer, { backup: proven, level: "archive" }),
  );
  const late = await Promise.all(tenants.slice(0, 3).map(({ id }) => lab.startExport(id, order)));
  const waited = await whenOthersAreIdle(lost);
  const doneMs = Date.now() - cutAt;
  const proofDone = await endOf(proof);
  say(`the others are done; ${waited} jobs wait for the host's files`);

  await lost.cable.plugIn();
  const backAt = Date.now();
  say("the cable is back");
  await allDone();
  const healedMs = Date.now() - backAt;
  const afterwards = await whenSwept(fleet);
  const made = 2 * tenants.length + late.length - 1;
  const checks: Check[] = [
    ...afterwards,
    ...(await checkBytes(fleet)),
    ...(await checkRows()),
    await checkCount(made),
    { what: "proofs of a copied backup that waited for the host", wrong: proofDone === "completed" ? [] : [proofDone] },
    { what: "workers that did not live through it", wrong: hosts.flatMap(({ worker }) => deathOf(worker)) },
  ];
  const of = `${tenants.length} tenants, ${largeOnes} of them of ${megabytes} MB, three hosts`;
  const row = (what: string, result: number) => ({ what, ours: "", peer: "", result, unit: "s", target: null });
  return [
    ...checks.map(rowOf),
    row(`${of}: from the cut until its dump was begun anew elsewhere`, takenOverMs / 1000),
    row("from the cut until the others had nothing more to do", doneMs / 1000),
    row("from the end of the cut until nothing was left to do", healedMs / 1000),
  ];
}

const deathOf = ({ exitCode, signalCode }: ChildProcess) =>
  exitCode === null && signalCode === null ? [] : [`ended with ${exitCode ?? signalCode}`];

/** What the sweeps leave, which come every five minutes. */
async function whenSwept(fleet: Fleet): Promise<Check[]> {
  for (const end = Date.now() + 2 * patience; ; await delay(2000)) {
    const checks = await checkLeftovers(fleet);
    if (checks.every(({ wrong }) => wrong.length === 0) || Date.now() > end) return checks;
  }
}

async function checkCount(expected: number): Promise<Check> {
  const found = await db
    .select({ slug: projects.slug, jobId: backups.jobId })
    .from(backups)
    .innerJoin(projects, eq(projects.id, backups.projectId));
  const twice = [...Map.groupBy(found, ({ jobId }) => jobId).values()].filter((all) => all.length > 1);
  const wrong = twice.map(([first]) => `${first?.slug} has two of one job`);
  if (found.length !== expected) wrong.push(`${found.length} instead of ${expected}`);
  return { what: "backups missing, or too many", wrong };
}
