import { isNotNull } from "drizzle-orm";
import { db } from "@/db/client";
import { type BackupCompression, encryptionKeys } from "@/db/schema";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { openArchive, type StoredArchive } from "@/jobs/archive/open";
import { refused } from "@/jobs/import-dump/refusal";

/** What an uploaded file turned out to be. */
export type Recognised = { archive: StoredArchive; format: DumpFormat };

const headBytes = 64 * 1024;

/** Looks at the beginning of a file, through its encryption and compression; its name says nothing. Fails for what is no dump of one database. */
export async function recognise(path: string): Promise<Recognised> {
  const stored: StoredArchive = { path, format: "custom", compression: "none", encryption: null, dump: null };
  const isEncrypted = (await head(stored)).toString("latin1").startsWith("age-encryption.org/v1\n");
  const opened = isEncrypted ? { ...stored, encryption: await anyKey() } : stored;
  const compression = compressionOf(isEncrypted ? await head(opened) : await head(stored));
  const archive = { ...opened, compression };
  return { archive, format: formatOf(await head(archive)) };
}

/** Age does not tell whom a file is for, so every key that the server keeps is tried. */
async function anyKey() {
  const keys = await db
    .select({ recipient: encryptionKeys.recipient })
    .from(encryptionKeys)
    .where(isNotNull(encryptionKeys.identity));
  return { format: "age" as const, recipients: keys.map(({ recipient }) => recipient) };
}

async function head(archive: StoredArchive): Promise<Buffer> {
  let bytes: Buffer = Buffer.alloc(0);
  for await (const chunk of openArchive(archive)) {
    bytes = Buffer.concat([bytes, chunk.subarray(0, headBytes)]);
    if (bytes.length >= headBytes) break;
  }
  return bytes;
}

function compressionOf(bytes: Buffer): BackupCompression {
  const magic = bytes.toString("hex", 0, 4);
  if (magic.startsWith("1f8b")) return "gzip";
  return magic === "28b52ffd" ? "zstd" : "none";
}

function formatOf(bytes: Buffer): DumpFormat {
  const text = bytes.toString("latin1");
  if (text.startsWith("PGDMP")) return "custom";
  if (text.startsWith("toc.dat\0") && text.slice(257, 262) === "ustar") return "tar";
  if (/^-- PostgreSQL database dump\r?\n/m.test(text)) return "sql";
  if (/^-- PostgreSQL database cluster dump/m.test(text))
    throw refused(
      "This is a dump of a whole server, by pg_dumpall.",
      "Dump one schema of one database with pg_dump --schema.",
    );
  throw refused(
    "This file is no dump by pg_dump.",
    "Custom, tar and plain SQL are taken, also compressed with gzip or zstd, or encrypted with age for a key that Coffer keeps.",
  );
}
