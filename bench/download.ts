import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { dropBackups, exportOnce, type Lab } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { signDownload } from "@/jobs/home/download-link";

const ourPort = 43_119;
const nginxPort = 43_120;

/** A file of 1 GB over loopback, against nginx serving the same file. */
export async function benchDownload(lab: Lab, project: { id: string }, rounds: number): Promise<Row[]> {
  const worker = await lab.start("worker");
  const job = await exportOnce(lab, project.id, { format: "custom", compress: false });
  await lab.stop(worker);
  const [backup] = await db.select().from(backups).where(eq(backups.jobId, job.id));
  if (!backup) throw new Error("no backup");
  const web = await lab.start("web", { PORT: String(ourPort) });
  const nginx = await startNginx(lab, path.join(lab.backupDir, path.dirname(backup.storagePath)));
  const link = signDownload({ backupId: backup.id, userId: lab.admin.id }, 3600).path;
  try {
    const times = await alternate(rounds, {
      ours: () => shell(`curl -fsS -o /dev/null 'http://127.0.0.1:${ourPort}${link}'`, lab.pgEnv),
      peer: () => shell(`curl -fsS -o /dev/null 'http://127.0.0.1:${nginxPort}/${backup.filename}'`, lab.pgEnv),
    });
    return [
      {
        what: "download of 1 GB over loopback, against nginx (its speed is 1)",
        ours: seconds(times.ours),
        peer: seconds(times.peer),
        result: times.peer / times.ours,
        unit: "",
        target: { atLeast: 0.5 },
      },
    ];
  } finally {
    nginx.kill();
    await once(nginx, "exit");
    await lab.stop(web);
    await dropBackups(lab);
  }
}

async function startNginx(lab: Lab, folder: string) {
  const home = path.join(lab.server.dataDir, "nginx");
  await mkdir(home, { recursive: true });
  const config = `user root; daemon off; worker_processes 1; pid ${home}/pid; error_log ${home}/error.log;
    events {} http { access_log off; sendfile on; server { listen 127.0.0.1:${nginxPort}; root ${folder}; } }`;
  await writeFile(path.join(home, "nginx.conf"), config);
  const child = spawn("nginx", ["-p", home, "-c", path.join(home, "nginx.conf")], { stdio: "inherit" });
  await shell(
    `for i in $(seq 100); do curl -s -o /dev/null http://127.0.0.1:${nginxPort}/ && exit 0; sleep 0.05; done; exit 1`,
    lab.pgEnv,
  );
  return child;
}
