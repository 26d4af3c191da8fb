import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { AppError } from "@/db/errors";
import type { BackupCompression } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { collect, encrypt } from "@/jobs/archive/age/testing";
import { compressorFor } from "@/jobs/archive/compressor";
import type { DumpFormat } from "@/jobs/archive/dump-format";
import { openArchive } from "@/jobs/archive/open";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { damages, flipped, lengths, type Stored } from "@/jobs/testing/damages";
import { testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { makeSchema, unique } from "@/jobs/testing/tenant";
import { type Claimed, checkArchive } from "@/jobs/verify-backup/archive";

givenControlPlane();

const identity = generateIdentity();
const recipients = [recipientOf(identity)];
const chunk = 64 * 1024;
const sealedChunk = chunk + 16;

const compressors: [string, BackupCompression, number][] = [
  ["none", "none", 0],
  ["gzip", "gzip", Number.POSITIVE_INFINITY],
  ["zstd by its program", "zstd", Number.POSITIVE_INFINITY],
  ["zstd by this process", "zstd", 0],
];

async function compressed(plain: Buffer, [, compression, size]: (typeof compressors)[number]): Promise<Buffer> {
  const compressor = compressorFor(compression, size);
  if (compressor.kind === "none") return plain;
  if (compressor.kind === "inProcess") return collect(Readable.from([plain]).pipe(compressor.create()));
  const running = promisify(execFile)(compressor.command, compressor.args, { encoding: "buffer", maxBuffer: 1e8 });
  running.child.stdin?.end(plain);
  return (await running).stdout;
}

const dumps = new Map<DumpFormat, Buffer>();
let pgRestore: string;
beforeAll(async () => {
  const { schema, url } = await makeSchema({ tables: 2, rows: 16_000, rowBytes: 32 });
  const pgDump = await realTool("pg_dump");
  pgRestore = await realTool("pg_restore");
  for (const [format, name] of [
    ["custom", "custom"],
    ["tar", "tar"],
    ["sql", "plain"],
  ] as const) {
    const args = [
      `--format=${name}`,
      ...(format === "custom" ? ["--compress=0"] : []),
      `--schema=${schema}`,
      `--dbname=${url}`,
    ];
    const { stdout } = await promisify(execFile)(pgDump, args, { encoding: "buffer", maxBuffer: 1e8 });
    dumps.set(format, stdout);
  }
});

type Case = { format: DumpFormat; compression: BackupCompression; encrypted: boolean; plain: Buffer; stored: Stored };

/** The file with what its row says: of the file as it was stored, or of what it has become. */
async function claimed(
  { format, compression, encrypted, plain, stored }: Case,
  bytes: Buffer,
  fits: boolean,
): Promise<Claimed> {
  const file = path.join(testEnv.folder, `damaged-${unique()}`);
  await writeFile(file, bytes);
  const said = fits ? bytes : stored.bytes;
  return {
    archive: {
      path: file,
      format,
      compression,
      encryption: encrypted ? { format: "age", recipients } : null,
      dump: null,
    },
    keys: { identities: [identity] },
    format,
    sizeBytes: said.length,
    originalBytes: plain.length,
    sha256: createHash("sha256").update(said).digest("hex"),
  };
}

async function verdictOf(claim: Claimed): Promise<string> {
  const reading = { pgRestore, signal: new AbortController().signal, onBytes: () => {} };
  try {
    const { checks, status } = await checkArchive(claim, reading);
    return `${status} ${checks.find(({ result }) => result === "failed")?.name ?? ""}`.trim();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe.each(["custom", "tar", "sql"] as const)("a backup as %s", (format) => {
  describe.each(compressors)("with compression %s", (...compressor) => {
    const plain = () => dumps.get(format) ?? Buffer.alloc(0);
    const [, compression] = compressor;

    async function make(encrypted: boolean): Promise<Case> {
      const packed = await compressed(plain(), compressor);
      const bytes = encrypted ? await encrypt(packed, { recipients }) : packed;
      const stored = encrypted
        ? { bytes, front: bytes.indexOf("\n", bytes.indexOf("\n---") + 1) + 17, chunk: sealedChunk }
        : { bytes, front: 0, chunk };
      expect(stored.bytes.length).toBeGreaterThan(stored.front + 3 * stored.chunk);
      // So large that programs unpack it.
      if (format === "custom") expect(stored.bytes.length).toBeGreaterThan(512 * 1024);
      return { format, compression, encrypted, plain: plain(), stored };
    }

    it.each([false, true])(
      "is corrupt however it was damaged, before anything looks into it (encrypted: %s)",
      async (encrypted) => {
        const it = await make(encrypted);
        expect(await verdictOf(await claimed(it, it.stored.bytes, false))).toBe("available");
        for (const [what, damage] of Object.entries(damages)) {
          const bytes = damage(it.stored);
          const check = bytes.length === it.stored.bytes.length ? "checksum_validation" : "file_existence";
          expect([what, await verdictOf(await claimed(it, bytes, false))]).toEqual([what, `corrupt ${check}`]);
        }
      },
    );

    it("and encryption is corrupt by that alone, even where its sha256 was made to fit", async () => {
      const it = await make(true);
      for (const [what, damage] of Object.entries(damages)) {
        const verdict = await verdictOf(await claimed(it, damage(it.stored), true));
        expect([what, verdict]).toEqual([what, "corrupt decryption_test"]);
      }
      const header = it.stored.bytes.indexOf("-> X25519");
      // age tells nobody whom a file is for: a changed key looks like another one.
      const otherKey = await verdictOf(await claimed(it, flipped(() => header + 60)(it.stored), true));
      expect(otherKey).toMatch(/^WRONG_KEY$|^corrupt decryption_test$/);
    });

    it("is corrupt by itself, or whole, where its sha256 was made to fit", async () => {
      const it = await make(false);
      // Without compression and encryption the sha256 alone tells of other bytes.
      for (const [what, damage] of Object.entries(compression === "none" ? lengths : damages)) {
        const claim = await claimed(it, damage(it.stored), true);
        const verdict = await verdictOf(claim);
        const isWhole = verdict === "available" && (await collect(openArchive(claim.archive))).equals(it.plain);
        if (!isWhole)
          expect([what, verdict]).toEqual([
            what,
            expect.stringMatching(/^corrupt (decompression_test|archive_integrity)$/),
          ]);
      }
    });
  });
});
