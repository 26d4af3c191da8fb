import { createHash } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { codeOf } from "@/db/errors";
import { jobsEnv } from "@/jobs/env";
import { failed } from "@/jobs/lifecycle/failure";

type Attempt = { id: string; fence: number };

/** Where a job's file is, once it is whole. */
export const exportPath = (jobId: string): string => path.join(jobsEnv().EXPORT_DIR, jobId);

/** Where it grows until then, attempt by attempt. */
const partPath = ({ id, fence }: Attempt): string => `${exportPath(id)}.${fence}.part`;

const ours = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(\d+)\.part)?$/;

/** The files of exports that are there; `fence` is null for one that is whole. */
export async function exportFiles(): Promise<{ name: string; jobId: string; fence: number | null }[]> {
  const names = await readdir(jobsEnv().EXPORT_DIR).catch((error) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return names.flatMap((name) => {
    const [, jobId, fence] = ours.exec(name) ?? [];
    return jobId ? [{ name, jobId, fence: fence === undefined ? null : Number(fence) }] : [];
  });
}

export const removeExportFile = (name: string): Promise<void> =>
  rm(path.join(jobsEnv().EXPORT_DIR, name), { force: true });

type Written = { sizeBytes: number; sha256: string };

/** Writes an attempt's file down to the disk, under the name that no one looks for. `onBytes` hears how many there are. */
export async function writePart(
  attempt: Attempt,
  pieces: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => void,
): Promise<Written> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let file: FileHandle | undefined;
  try {
    await mkdir(jobsEnv().EXPORT_DIR, { recursive: true, mode: 0o700 });
    file = await open(partPath(attempt), "w", 0o600);
    for await (const piece of pieces) {
      hash.update(piece);
      await file.writeFile(piece);
      sizeBytes += piece.length;
      onBytes(sizeBytes);
    }
    await file.sync();
    return { sizeBytes, sha256: hash.digest("hex") };
  } catch (error) {
    if (!/^(ENOSPC|EDQUOT)$/.test(codeOf(error) ?? "")) throw error;
    throw failed({
      code: "disk_full",
      message: "The disk for exports is full.",
      hint: "Free some space in the folder of exports, or take fewer tables or compress, then retry.",
    });
  } finally {
    await file?.close();
  }
}

/** Gives an attempt's file the name under which it is looked for. Safe to repeat. */
export async function publishPart(attempt: Attempt): Promise<void> {
  const whole = exportPath(attempt.id);
  await rename(partPath(attempt), whole).catch(async (error) => {
    // The transaction around this was lost, and is repeated.
    if (codeOf(error) !== "ENOENT") throw error;
    await stat(whole);
  });
  const folder = await open(jobsEnv().EXPORT_DIR, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
