import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { BackupCompression } from "@/db/schema";
import { encrypt } from "@/jobs/archive/age/testing";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import type { StoredDump } from "@/jobs/archive/dump-script";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { type Schema, unique } from "@/jobs/testing/tenant";

const pack: Record<BackupCompression, (bytes: Buffer) => Buffer> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  zstd: (bytes) => zstdCompressSync(bytes),
};

type Wanted = { format: DumpFormat; compression: BackupCompression; recipients?: string[]; signal?: AbortSignal };

/** A dump of the schema as an export leaves it, without a job and a row. */
export async function dumpFile(
  tenant: Schema,
  { format, compression, recipients = [], signal }: Wanted,
): Promise<StoredDump> {
  const file = path.join(testEnv.folder, `dump-${unique()}`);
  const kind = format === "sql" ? "plain" : format;
  const compress = format === "custom" ? ["--compress=0"] : [];
  const args = [`--format=${kind}`, ...compress, `--schema=${quoteIdent(tenant.schema)}`, "-d", tenant.url, "-f", file];
  execFileSync(await realTool("pg_dump"), args);
  const packed = pack[compression](readFileSync(file));
  writeFileSync(file, recipients.length > 0 ? await encrypt(packed, { recipients }) : packed);
  return {
    archive: {
      path: file,
      format,
      compression,
      encryption: recipients.length > 0 ? { format: "age", recipients } : null,
      dump: null,
    },
    format,
    pgRestore: await realTool("pg_restore"),
    signal: signal ?? new AbortController().signal,
  };
}
