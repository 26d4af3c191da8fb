import { count, isNull } from "drizzle-orm";
import { dropBackups, type Lab } from "@/bench/lab";
import { shell, timed } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";

const tenants = 500;

/** A night: many tiny tenants, two dumps at a time, against a loop that most people would write. */
export async function benchQueue(lab: Lab): Promise<Row[]> {
  const slugs = Array.from({ length: tenants }, (_, n) => `tiny_${n}`);
  for (const slug of slugs) {
    await lab.tenants.unsafe(`create schema tenant_${slug}; create table tenant_${slug}.notes (id int primary key, body text);
      insert into tenant_${slug}.notes select i, md5(i::text) from generate_series(1, 100) i`);
  }
  const projects: { id: string }[] = [];
  for (const slug of slugs) projects.push(await lab.addProject(slug));
  const folder = `${lab.server.dataDir}/queue-peer`;
  const loop = `mkdir -p ${folder}; printf '%s\\n' ${slugs.join(" ")} | xargs -P2 -I{} sh -c 'pg_dump -Fc -Z0 -n tenant_{} | igzip -1 -c > ${folder}/{}.dump.gz'`;
  const worker = await lab.start("worker", { WORKER_CONCURRENCY: "2" });
  const ours = await timed(async () => {
    for (const project of projects) await lab.startExport(project.id, { format: "custom" });
    for (;;) {
      const [left] = await db.select({ count: count() }).from(jobs).where(isNull(jobs.finishedAt));
      if (left?.count === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  await lab.stop(worker);
  const peer = await timed(() => shell(loop, lab.pgEnv));
  await dropBackups(lab);
  for (const slug of slugs) await lab.tenants.unsafe(`drop schema tenant_${slug} cascade`);
  return [
    {
      what: `queue: ${tenants} tiny tenants, 2 dumps at a time, against a loop with xargs -P2`,
      ours: seconds(ours),
      peer: seconds(peer),
      result: ours / peer,
      unit: "",
      target: { atMost: 1.3 },
    },
  ];
}
