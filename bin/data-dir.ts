import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { exists } from "@/bin/embedded-state";
import { type Lock, lockHolder, takeLock } from "@/bin/lock";
import { isFree } from "@/bin/port";
import type { Settings } from "@/bin/settings";
import { AppError, codeOf } from "@/db/errors";

const lockFile = (dataDir: string) => path.join(dataDir, "start.lock");

/** The process that runs Coffer in this folder. */
export const runningIn = (dataDir: string) => lockHolder(lockFile(dataDir));

/** Says so when somebody else listens on our port. */
export async function requirePort({ port, host, dataDir }: Settings): Promise<void> {
  // After a start that was killed, its web process needs a moment to notice and go.
  const killed = (await exists(lockFile(dataDir))) && (await runningIn(dataDir)) === undefined;
  for (let tries = killed ? 20 : 1; tries > 0; tries--) {
    if (await isFree(port, host)) return;
    if (tries > 1) await sleep(250);
  }
  const holder = await runningIn(dataDir);
  const who = holder === undefined ? "" : ` Coffer itself runs in ${dataDir} already (process ${holder}).`;
  throw new AppError(
    "UNAVAILABLE",
    `Port ${port} is taken.${who} Stop the program that holds it, or choose another: PORT=${port + 1} npm start`,
  );
}

/** Makes DATA_DIR and keeps it for this process alone. */
export async function claimDataDir(dataDir: string): Promise<Lock> {
  await makeDataDir(dataDir);
  const lock = await takeLock(lockFile(dataDir)).catch((error: unknown) => refuse(error, dataDir));
  if ("release" in lock) return lock;
  throw new AppError(
    "UNAVAILABLE",
    `Coffer runs in ${dataDir} already (process ${lock.heldBy}). Stop that first, or use another folder: DATA_DIR=other npm start`,
  );
}

/** Makes the folder for our eyes only. One that is there keeps its permissions. */
export async function makeDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: unknown) => refuse(error, dataDir));
}

/** Makes DATA_DIR/secret, from which every key is derived, unless COFFER_SECRET is set. Gives true when it is new. */
export async function ensureSecret(dataDir: string): Promise<boolean> {
  if (process.env.COFFER_SECRET) return false;
  try {
    const secret = randomBytes(48).toString("base64url");
    await writeFile(path.join(dataDir, "secret"), `${secret}\n`, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    return refuse(error, dataDir);
  }
}

function refuse(error: unknown, dataDir: string): never {
  const code = codeOf(error);
  if (code !== "EACCES" && code !== "EPERM" && code !== "EROFS") throw error;
  throw new AppError(
    "UNAVAILABLE",
    `${dataDir} cannot be written. Start Coffer as the user it belongs to, or use another folder: DATA_DIR=other npm start`,
  );
}
