import { stat } from "node:fs/promises";
import { portable, scriptFrom } from "@/jobs/archive/dump-script";
import { openArchive } from "@/jobs/archive/open";
import { wholeDump } from "@/jobs/archive/whole";
import { jobsEnv } from "@/jobs/env";
import type { Recognised } from "@/jobs/import-dump/recognise";
import { refused } from "@/jobs/import-dump/refusal";
import { failed } from "@/jobs/lifecycle/failure";

export type Reading = {
  /** Where a safe pg_restore is; a plain script needs none. */
  pgRestore: string;
  signal: AbortSignal;
  /** Hears of the bytes of the script. */
  onBytes(bytes: number): void;
};

/** Real rows hardly pack better; a bomb does. */
const mostRatio = 500;
/** Below this nobody minds. */
const harmlessBytes = 64 * 1024 * 1024;

/**
 * The script of a stranger's dump: what it unpacks to is limited, in all and by its ratio to the file, both as a file and as a
 * script. Fails with `restore_refused` beyond that, and with `corrupt` for a file that ends before its end.
 */
export async function* readDump({ archive, format }: Recognised, reading: Reading): AsyncGenerator<Buffer> {
  const { size } = await stat(archive.path);
  const plain = limited(openArchive(archive), size);
  const script = scriptFrom(wholeDump(plain, format, cut), { format, ...reading }, portable);
  for await (const chunk of limited(script, size)) {
    reading.onBytes(chunk.length);
    yield chunk;
  }
}

async function* limited(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  const most = jobsEnv().UNPACKED_MAX_MB * 1_000_000;
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > most)
      throw refused(`This dump unpacks to more than ${jobsEnv().UNPACKED_MAX_MB} MB.`, "UNPACKED_MAX_MB is the limit.");
    if (bytes > harmlessBytes && bytes > size * mostRatio)
      throw refused(`This dump unpacks to more than ${mostRatio} times its size, as no real one does.`);
    yield chunk;
  }
}

const cut = (message: string) =>
  failed({ code: "corrupt", message, hint: "Nothing was changed. Upload it again, or make another dump." });
