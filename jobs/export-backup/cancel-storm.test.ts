import { readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { jobs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { cancelExport, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

const cancels = 200;
const lanes = 8;

it("200 cancels at random moments leave no job stuck and nothing behind", async () => {
  const small = await makeTenant({ rows: 200 });
  const larger = await makeTenant({ rows: 2_000, rowBytes: 500 });
  await using worker = await startWorkerProcess({ WORKER_CONCURRENCY: "4" });
  const openFiles = () => readdirSync(`/proc/${worker.pid}/fd`).length;
  const filesBefore = openFiles();
  const answers: string[] = [];
  const formats = ["custom", "sql", "tar", "package"];
  const compressions = ["gzip", "zstd", "none"];

  async function lane(first: number) {
    for (let n = first; n < cancels; n += lanes) {
      const options = { format: formats[n % 4], compression: compressions[Math.floor(n / 4) % 3] };
      const id = await startExport(n % 2 ? small : larger, options);
      // From before a worker has heard of it to after its end.
      if (n % 20 === 0) await jobAtEnd(id);
      else if (n % 4 === 2) await jobWhen(id, ({ fence }) => fence > 0);
      else await delay(((n * 37) % 100) * 5);
      answers.push(await cancelExport(id).catch((error) => error.code));
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));

  const all = await waitFor(
    async () => {
      const rows = await db.select().from(jobs);
      return rows.every((job) => job.finishedAt) ? rows : null;
    },
    { what: "the end of every job" },
  );
  const tally = Object.groupBy(all, ({ status }) => status);
  expect(Object.keys(tally).sort()).toEqual(["cancelled", "completed"]);
  expect(answers.filter((answer) => answer === "INVALID_JOB_STATUS")).toHaveLength(tally.completed?.length ?? 0);
  const receipts = (tally.cancelled ?? []).filter(({ fence }) => fence > 0).map(({ cancelReceipt }) => cancelReceipt);
  // Some were stopped before, some during and some after their work: else this has tried nothing.
  expect(receipts.length).toBeGreaterThan(20);
  expect(
    receipts.filter((receipt) => !receipt?.processEndedAt || !receipt.backendEndedAt || !receipt.filesRemovedAt),
  ).toEqual([]);
  expect(await leftovers()).toEqual(nothing);
  expect(await published()).toHaveLength(2 * (tally.completed?.length ?? 0));
  // The worker has nothing open either, and goes on working.
  await waitFor(() => openFiles() <= filesBefore + 10, { what: "closed files" });
  const next = await startExport(small);
  await waitFor(
    async () => (await db.select().from(jobs)).some(({ id, status }) => id === next && status === "completed"),
    {
      what: "another job",
    },
  );
});
