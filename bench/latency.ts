import { access, readdir } from "node:fs/promises";
import path from "node:path";
import { dropBackups, exportOnce, type Lab, until } from "@/bench/lab";
import { alternate, median, percentile, shell } from "@/bench/measure";
import type { Row } from "@/bench/report";
import { db } from "@/db/client";
import { requestCancel } from "@/jobs/lifecycle/cancel";

type Project = { id: string; schemaName: string };

/** How much a small tenant waits for beside the dump itself, and how soon a worker begins. */
export async function benchSmall(lab: Lab, project: Project, rounds: number): Promise<Row[]> {
  const waits: number[] = [];
  const times = await alternate(rounds, {
    ours: async () => {
      const job = await exportOnce(lab, project.id, { format: "custom" });
      waits.push((job.startedAt?.getTime() ?? 0) - job.createdAt.getTime());
    },
    peer: () => shell(`pg_dump -Fc -n ${project.schemaName} > /dev/null`, lab.pgEnv),
  });
  await dropBackups(lab);
  return [
    {
      what: "small tenant (1 MB), click to completed, beyond bare `pg_dump` of it",
      ours: `${times.ours.toFixed(0)} ms`,
      peer: `${times.peer.toFixed(0)} ms`,
      result: times.ours - times.peer,
      unit: "ms",
      target: { atMost: 250 },
    },
    {
      what: "startExport → in_progress, p95",
      ours: `${median(waits).toFixed(0)} ms p50`,
      peer: "",
      result: percentile(waits, 0.95),
      unit: "ms",
      target: { atMost: 100 },
    },
  ];
}

/** From the request to cancel until the server process is gone and the partial file is removed, by the receipt and by looking. */
export async function benchCancel(lab: Lab, project: Project, rounds: number): Promise<Row[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { id } = await lab.startExport(project.id, { format: "custom" });
    await until(id, (job) => job.tablesTotal > 0 && job.bytesDone > 0);
    const asked = performance.now();
    await db.transaction((tx) => requestCancel(tx, id, lab.admin.id));
    await nothingLeft(lab, id);
    times.push(performance.now() - asked);
    await until(id, (job) => job.status === "cancelled");
  }
  return [
    {
      what: "cancel → backend gone and partial removed, p95",
      ours: `${median(times).toFixed(0)} ms p50`,
      peer: "",
      result: percentile(times, 0.95),
      unit: "ms",
      target: { atMost: 500 },
    },
  ];
}

async function nothingLeft(lab: Lab, jobId: string): Promise<void> {
  const partials = path.join(lab.backupDir, ".partial");
  for (;;) {
    const backends = await lab.tenants`select from pg_stat_activity where application_name like ${`coffer:${jobId}:%`}`;
    const files = await access(partials).then(
      () => readdir(partials),
      () => [],
    );
    if (backends.length === 0 && !files.some((file) => file.startsWith(jobId))) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
