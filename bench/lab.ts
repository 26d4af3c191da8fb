import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import postgres from "postgres";
import { root } from "@/bin/build";
import { startThrowaway } from "@/bin/throwaway-postgres";
import { controlPlane, db } from "@/db/client";
import { migrate } from "@/db/migrate";
import { hashPassword } from "@/db/password";
import { databases, jobs, projects, users } from "@/db/schema";
import { exportSteps } from "@/jobs/export-backup/options";
import { startJob } from "@/jobs/lifecycle/start";

export const password = "bench-password-1234";

/** A server, started as it is wanted, an installation with one admin, and whatever processes of Coffer a benchmark starts. */
export async function openLab(wanted?: Parameters<typeof startThrowaway>[0]) {
  const server = await startThrowaway(wanted);
  const backupDir = await mkdtemp(path.join(tmpdir(), "coffer-bench-"));
  Object.assign(process.env, {
    DATABASE_URL: server.controlUrl,
    DATA_DIR: server.dataDir,
    BACKUP_DIR: backupDir,
    COFFER_SECRET: "bench".repeat(10),
    LOG_LEVEL: "warn",
    NODE_ENV: "production",
    // What it measures is one client to the limits.
    STATUS_READS_PER_SECOND: "0",
    EXPORTS_PER_MINUTE: "0",
  });
  await migrate(server.controlUrl, root);
  const [admin] = await db
    .insert(users)
    .values({ email: "bench@localhost", name: "Bench", role: "admin", passwordHash: await hashPassword(password) })
    .returning();
  const [database] = await db.insert(databases).values({ name: "bench", connection: server.tenants }).returning();
  if (!admin || !database) throw new Error("the lab could not be set up");
  const tenants = postgres(server.tenantsUrl, { max: 2, onnotice: () => {} });
  const children: ChildProcess[] = [];

  /** Starts a process of the production build and waits until it serves. `through` is a command that becomes the one that follows it. */
  async function start(name: "worker" | "web", env: Record<string, string> = {}, through: string[] = []) {
    const [program = "", ...args] = [...through, process.execPath, `dist/${name}.js`];
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    children.push(child);
    await once(child, "message");
    return child;
  }

  async function stop(child: ChildProcess) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  }

  return {
    server,
    tenants,
    backupDir,
    admin,
    /** For peers: what libpq reads. */
    pgEnv: {
      PATH: `${server.bin}:${process.env.PATH}`,
      PGHOST: server.host,
      PGPORT: String(server.port),
      PGUSER: server.tenants.user,
      PGPASSWORD: server.tenants.password,
      PGDATABASE: server.tenants.database,
      NODE_ENV: "production" as const,
    },
    start,
    stop,
    async addProject(slug: string) {
      const values = { slug, name: slug, schemaName: `tenant_${slug}`, databaseId: database.id };
      const [project] = await db.insert(projects).values(values).returning();
      if (!project) throw new Error("no project");
      return project;
    },
    /** Asks for an export as the procedure does. */
    async startExport(projectId: string, options: Record<string, unknown>) {
      const origin = { actor: admin, address: null, requestId: null };
      const job = { kind: "export_backup" as const, projectId, options, steps: exportSteps(options) };
      return db.transaction((tx) => startJob(tx, origin, job));
    },
    async close() {
      for (const child of children) await stop(child);
      await tenants.end();
      await controlPlane().end();
      await server.stop();
      await rm(backupDir, { recursive: true, force: true });
    },
  };
}

export type Lab = Awaited<ReturnType<typeof openLab>>;

type JobState = typeof jobs.$inferSelect;

export const isCompleted = (job: JobState) => job.status === "completed";

/** Looks at a job every few milliseconds until it is as wanted. */
export async function until(jobId: string, wanted: (job: JobState) => boolean, every = 5): Promise<JobState> {
  for (;;) {
    const [job] = await db.select().from(jobs).where(eq(jobs.id, jobId));
    if (!job) throw new Error("the job is gone");
    if (wanted(job)) return job;
    if (job.status === "failed") throw new Error(`${job.errorCode}: ${job.errorMessage}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}

/** Runs one export to its end and throws its file away, so that a thousand of them fit on the disk. */
export async function exportOnce(lab: Lab, projectId: string, options: Record<string, unknown>): Promise<JobState> {
  const { id } = await lab.startExport(projectId, options);
  return until(id, isCompleted);
}

/** Forgets backups and their files. */
export async function dropBackups(lab: Lab): Promise<void> {
  await db.execute(sql`truncate control_plane.backups cascade`);
  await rm(lab.backupDir, { recursive: true, force: true });
}

/** Resident memory of a process in bytes (Linux). `VmHWM` is the most that it ever was. */
export async function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) * 1024;
}
