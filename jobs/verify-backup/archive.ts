import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { AppError, codeOf } from "@/db/errors";
import type { BackupStatus, ProofCheck } from "@/db/schema";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { feedArchive, unpackInto } from "@/jobs/archive/feed-archive";
import { isCompressionDamage, openArchive, type StoredArchive, unpackerOf } from "@/jobs/archive/open";
import { isPackageDamage } from "@/jobs/package/dump-in";
import { complaintOfPgRestore, readToEnd, toNowhere } from "@/jobs/verify-backup/integrity";

/** A backup's file, and what its row says that it should be. */
export type Claimed = {
  archive: StoredArchive;
  /** To open it with, beside those that the server keeps. */
  keys: AgeKeys;
  /** Of the dump. */
  format: DumpFormat;
  sizeBytes: number;
  originalBytes: number;
  sha256: string;
};

type Reading = {
  /** Where pg_restore is. */
  pgRestore: string;
  signal: AbortSignal;
  /** Hears of the bytes that were read: all of the file twice, the second time unpacked. */
  onBytes(bytes: number): void;
};

const count = (number: number) => number.toLocaleString("en");

type Outcome = Pick<ProofCheck, "result" | "detail">;

const passed = (detail: string): Outcome => ({ result: "passed", detail });
const wrong = (detail: string): Outcome => ({ result: "failed", detail });
const skipped = (detail: string): Outcome => ({ result: "skipped", detail });
const notReached = skipped("An earlier check failed.");

type Contents = { decryption: Outcome; decompression: Outcome; integrity: Outcome };
const nothingReached: { checksum: Outcome; contents: Contents } = {
  checksum: notReached,
  contents: { decryption: notReached, decompression: notReached, integrity: notReached },
};

/**
 * Looks whether the file is there and is the one that was stored, and reads it to its end: decrypted, unpacked, as an
 * archive. Gives each check with what it found, and what the file is from now on. Throws WRONG_KEY when no key
 * opens it: that says nothing about the file.
 */
export async function checkArchive(
  claimed: Claimed,
  reading: Reading,
): Promise<{ checks: ProofCheck[]; status: BackupStatus }> {
  const { status, ...existence } = await findFile(claimed);
  const { checksum, contents } = existence.result === "passed" ? await readFile(claimed, reading) : nothingReached;
  const checks: ProofCheck[] = [
    { name: "file_existence", ...existence },
    { name: "checksum_validation", ...checksum },
    { name: "decryption_test", ...contents.decryption },
    { name: "decompression_test", ...contents.decompression },
    { name: "archive_integrity", ...contents.integrity },
  ];
  const isWhole = checks.every(({ result }) => result !== "failed");
  return { checks, status: isWhole || status === "missing" ? status : "corrupt" };
}

async function findFile({ archive, sizeBytes }: Claimed): Promise<Outcome & { status: BackupStatus }> {
  try {
    const found = await lstat(archive.path);
    if (!found.isFile()) return { ...wrong("What is there is no file."), status: "corrupt" };
    if (found.size === sizeBytes) return { ...passed(`The file has ${count(sizeBytes)} bytes.`), status: "available" };
    return { ...wrong(`The file has ${count(found.size)} bytes instead of ${count(sizeBytes)}.`), status: "corrupt" };
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return { ...wrong("The file is no longer where it was stored."), status: "missing" };
  }
}

/** Sums and unpacks at once: together they take hardly longer than the slower one. What a file that was changed unpacks to says nothing. */
async function readFile(claimed: Claimed, reading: Reading): Promise<typeof nothingReached> {
  const [summed, unpacked] = await Promise.allSettled([checkSum(claimed, reading), readContents(claimed, reading)]);
  if (summed.status === "rejected") throw summed.reason;
  if (summed.value.result !== "passed") return { ...nothingReached, checksum: summed.value };
  if (unpacked.status === "rejected") throw unpacked.reason;
  return { checksum: summed.value, contents: unpacked.value };
}

/** Whether the file's bytes are those that were stored. */
export async function checkSum({ archive, sha256 }: Claimed, { signal, onBytes }: Reading): Promise<Outcome> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(archive.path, { highWaterMark: 1024 * 1024, signal })) {
    hash.update(chunk);
    onBytes(chunk.length);
  }
  const found = hash.digest("hex");
  if (found === sha256) return passed(`The sha256 is ${sha256}, as when it was stored.`);
  return wrong(`The sha256 is ${found} instead of ${sha256}: the file was changed after it was stored.`);
}

async function readContents(claimed: Claimed, reading: Reading): Promise<Contents> {
  const { archive, keys, format, originalBytes } = claimed;
  const decryption = archive.encryption
    ? passed("A key opens it, and every piece is genuine.")
    : skipped("It is not encrypted.");
  const decompression =
    archive.compression === "none" ? skipped("It is not compressed.") : passed("It unpacks to its end.");
  const readable = passed(`All ${count(originalBytes)} bytes of the dump can be read.`);
  if (await isReadable(claimed, reading)) return { decryption, decompression, integrity: readable };
  let bytes = 0;
  async function* plain() {
    for await (const chunk of openArchive(archive, keys)) {
      reading.signal.throwIfAborted();
      bytes += chunk.length;
      reading.onBytes(chunk.length);
      yield chunk;
    }
  }
  try {
    const complaint = await readToEnd(plain(), { format, ...reading });
    if (complaint) return { decryption, decompression, integrity: wrong(complaint) };
    if (bytes !== originalBytes)
      return {
        decryption,
        decompression,
        integrity: wrong(`It unpacks to ${count(bytes)} bytes instead of ${count(originalBytes)}.`),
      };
    return { decryption, decompression, integrity: readable };
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const damage = wrong(error.message);
    if (isPackageDamage(error))
      return {
        decryption: archive.encryption ? notReached : decryption,
        decompression: archive.compression === "none" ? decompression : notReached,
        integrity: damage,
      };
    if (isCompressionDamage(error)) return { decryption, decompression: damage, integrity: notReached };
    return { decryption: damage, decompression: notReached, integrity: notReached };
  }
}

/**
 * Whether pg_restore finds its contents, and it unpacks to as many bytes as it should have, with the checksum that the
 * compressor has left: so these are the bytes that pg_dump wrote. They go from the unpacker to nowhere, as passing them on costs
 * more than unpacking them. Why not, and whatever else there is, is for the careful way to tell.
 */
async function isReadable(claimed: Claimed, { pgRestore, signal, onBytes }: Reading): Promise<boolean> {
  const { archive, format, originalBytes } = claimed;
  const unpacker = await unpackerOf(archive);
  if (format !== "custom" || !unpacker) return false;
  const list = { format, pgRestore, signal, args: ["--list"] };
  try {
    if (await complaintOfPgRestore((tool) => feedArchive(claimed, tool), list)) return false;
    return originalBytes === (await toNowhere((file) => unpackInto(file, unpacker, { ...claimed, signal, onBytes })));
  } catch (error) {
    signal.throwIfAborted();
    if (isCorruption(error)) return false;
    throw error;
  }
}

const isCorruption = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === "BACKUP_CORRUPT";
