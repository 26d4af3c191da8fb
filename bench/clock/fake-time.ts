import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { type Lab, openLab } from "@/bench/lab";
import { run } from "@/bin/run";
import { db } from "@/db/client";

export type ClockLab = Lab & {
  /** Sets the clock of the database server, while it runs. */
  setClock(time: string): Promise<void>;
};

/** A lab whose database server has a clock of its own, by libfaketime. Everything else goes by the machine's. */
export async function openClockLab(): Promise<ClockLab> {
  const folder = await mkdtemp(path.join(tmpdir(), "coffer-clock-"));
  const file = path.join(folder, "offset");
  // The server runs as another user.
  await chmod(folder, 0o755);
  await writeFile(file, "+0");
  // Where the library is, its own program knows.
  const { output, code } = await run("faketime", ["-f", "+0", "printenv", "LD_PRELOAD"]);
  if (code !== 0) throw new Error("faketime is not installed: apt-get install faketime");
  const env = {
    LD_PRELOAD: output,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
  const lab = await openLab({ env });
  return {
    ...lab,
    async setClock(time) {
      const seconds = Math.round((Date.parse(time) - Date.now()) / 1000);
      await writeFile(file, seconds < 0 ? `${seconds}` : `+${seconds}`);
      const [row] = await db.execute<{ now: string }>(sql`select now()`);
      const off = Math.abs(Date.parse(String(row?.now)) - Date.parse(time));
      if (off > 5000) throw new Error(`the server's clock says ${row?.now} instead of ${time}`);
    },
    async close() {
      await lab.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until the server's clock shows this, and so long after it that every worker has looked. */
export async function pastSlot(time: string, seconds = 15): Promise<void> {
  for (;;) {
    const [row] = await db.execute<{ isPast: boolean }>(
      sql`select now() > ${time}::timestamptz + make_interval(secs => ${seconds}) as "isPast"`,
    );
    if (row?.isPast) return;
    await delay(500);
  }
}
