import { setTimeout as delay } from "node:timers/promises";
import type { OpenExport } from "@/jobs/data/open-export";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { inSession } from "@/jobs/lifecycle/in-session";
import type { Subject } from "@/jobs/lifecycle/subject";
import { sampleDump } from "@/jobs/postgres/backend";

const lookEvery = 500;
const counting = 2;

/** Tells how far the writing is: tables from what is read, rows of the current one from what the server says of its COPY. */
export function followWriting(context: RunContext, { tableCounts, recordCount }: OpenExport) {
  const tables = Object.keys(tableCounts).length;
  const began = Date.now();
  let current: { name: string; n: number } | null = null;
  let before = 0;
  let rowsDone = 0;
  let bytesDone = 0;

  const tell = () => {
    const seconds = Math.max(0.001, (Date.now() - began) / 1000);
    const share = recordCount === 0 ? 0 : rowsDone / recordCount;
    context.report({
      rowsDone,
      bytesDone,
      progressPercentage: counting + (99 - counting) * share,
      bytesPerSecond: Math.round(bytesDone / seconds),
      etaSeconds: seconds > 1 && share > 0 ? Math.ceil((seconds * (1 - share)) / share) : null,
    });
  };

  return {
    onTable(name: string) {
      if (current) before += tableCounts[current.name] ?? 0;
      rowsDone = Math.max(rowsDone, before);
      const n = (current?.n ?? 0) + 1;
      current = { name, n };
      context.report({
        currentTable: name,
        currentStep: `Writing ${name} (${n} of ${tables})`,
        tablesDone: n - 1,
        tablesTotal: tables,
      });
      tell();
    },
    onBytes(bytes: number) {
      bytesDone = bytes;
    },
    /** Looks at the server now and then until the work is done. What is not seen is only not told. */
    async during<T>(work: Promise<T>, { connection }: Subject, application: string): Promise<T> {
      const done = new AbortController();
      const looking = inSession({ context, connection }, async (session) => {
        while (!done.signal.aborted) {
          const at = current?.n;
          const sample = await sampleDump(session, application);
          // Of the table before, when the next one has begun meanwhile.
          if (sample && current && at === current.n)
            rowsDone = Math.max(rowsDone, before + Math.min(sample.rows, tableCounts[current.name] ?? 0));
          tell();
          await delay(lookEvery, undefined, { signal: done.signal }).catch(() => {});
        }
      }).catch(() => {});
      try {
        return await work;
      } finally {
        done.abort();
        await looking;
      }
    },
    finish() {
      context.report({ rowsDone: recordCount, bytesDone, tablesDone: tables, tablesTotal: tables, currentTable: null });
    },
  };
}
