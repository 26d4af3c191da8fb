import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from "@/bin/embedded-postgres";
import { readState } from "@/bin/embedded-state";
import { isAlive } from "@/bin/process-identity";

const prefix = "coffer-throwaway-";

export type ThrowawayPostgres = EmbeddedPostgres & {
  /** Its folder, which goes when it stops. A DATA_DIR for tests. */
  dataDir: string;
};

/** A server for tests, in a temporary folder; started as it is wanted beside what is usual. `stop` removes everything. */
export async function startThrowaway(
  wanted: Pick<EmbeddedOptions, "settings" | "env"> = {},
): Promise<ThrowawayPostgres> {
  await sweep();
  const dataDir = await mkdtemp(path.join(tmpdir(), `${prefix}${process.pid}-`));
  const server = await startEmbedded({ dataDir, throwaway: true, ...wanted });
  const stop = async () => {
    await server.stop("immediate");
    await remove(dataDir);
  };
  return { ...server, dataDir, stop };
}

/** Ends and removes what was left by a test run that was killed: the folder's name tells its process. */
async function sweep(): Promise<void> {
  const names = await readdir(tmpdir());
  for (const name of names.filter((name) => name.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length).split("-")[0]);
    if (!pid || isAlive(pid)) continue;
    // Half made, for one: nothing that should keep tests from running.
    await endAndRemove(path.join(tmpdir(), name)).catch(() => {});
  }
}

async function endAndRemove(dataDir: string): Promise<void> {
  // Anybody can put a folder of that name there, with a file that names what to remove.
  if ((await stat(dataDir)).uid !== process.getuid?.()) return;
  if (await readState(dataDir)) await (await startEmbedded({ dataDir, throwaway: true })).stop("immediate");
  await remove(dataDir);
}

async function remove(dataDir: string): Promise<void> {
  // The server's files may lie elsewhere, when its user cannot enter the folder.
  const state = await readState(dataDir);
  if (state) await rm(state.folder, { recursive: true, force: true });
  await rm(dataDir, { recursive: true, force: true });
}
