import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { type BackupCompression, encryptionKeys } from "@/db/schema";
import type { AgeKeys } from "@/jobs/archive/age/file-key";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { collect, encrypt } from "@/jobs/archive/age/testing";
import { openArchive, type StoredArchive } from "@/jobs/archive/open";
import { failureOf } from "@/jobs/lifecycle/failure";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";

givenControlPlane();

const pack: Record<BackupCompression, (bytes: Buffer) => Buffer> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes),
  zstd: (bytes) => zstdCompressSync(bytes),
};
const compressions = ["gzip", "zstd", "none"] as const;
const dump = Buffer.concat([randomBytes(300_000), Buffer.alloc(300_000, "coffer")]);
const ours = generateIdentity();

async function store(bytes: Buffer, compression: BackupCompression, recipients: string[] = []): Promise<StoredArchive> {
  const file = path.join(testEnv.folder, unique());
  await writeFile(file, bytes);
  return {
    path: file,
    format: "custom",
    dump: null,
    compression,
    encryption: recipients.length > 0 ? { format: "age", recipients } : null,
  };
}

async function sealed(compression: BackupCompression, identity = ours) {
  const recipients = [recipientOf(generateIdentity()), recipientOf(identity)];
  return { bytes: await encrypt(pack[compression](dump), { recipients }), recipients };
}

const isDump = async (archive: StoredArchive, keys?: AgeKeys) =>
  (await collect(openArchive(archive, keys))).equals(dump);
const failureOfOpening = (archive: StoredArchive, keys?: AgeKeys) =>
  collect(openArchive(archive, keys)).then(() => null, failureOf);

/** Waits until none of our files is this one; a file is closed a moment after its stream. */
const closed = (file: string) =>
  waitFor(() => openFiles(file).length === 0, { what: "the end of an open file", seconds: 5 });

const openFiles = (file: string) =>
  readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  });

async function keep(identity: string, more: Partial<typeof encryptionKeys.$inferInsert> = {}) {
  await db.insert(encryptionKeys).values({ name: "kept", recipient: recipientOf(identity), identity, ...more });
}

describe.each(compressions)("an archive with compression %s", (compression) => {
  it("gives the dump back, encrypted or not", async () => {
    expect(await isDump(await store(pack[compression](dump), compression))).toBe(true);
    const { bytes, recipients } = await sealed(compression);
    expect(await isDump(await store(bytes, compression, recipients), { identities: [ours] })).toBe(true);
  });

  it("opens with the key that the server keeps, also after that was retired", async () => {
    const identity = generateIdentity();
    await keep(identity);
    const { bytes, recipients } = await sealed(compression, identity);
    const archive = await store(bytes, compression, recipients);
    expect(await isDump(archive)).toBe(true);
    expect(await isDump(archive, { identities: [generateIdentity()] })).toBe(true);
    await db
      .update(encryptionKeys)
      .set({ retiredAt: sql`now()` })
      .where(eq(encryptionKeys.recipient, recipientOf(identity)));
    expect(await isDump(archive)).toBe(true);
  });

  it("says that it is the wrong key, or none, and nothing of damage", async () => {
    const { bytes, recipients } = await sealed(compression);
    const archive = await store(bytes, compression, recipients);
    await keep(generateIdentity());
    for (const keys of [undefined, {}, { identities: [generateIdentity()] }, { passphrase: "guess" }]) {
      expect(await failureOfOpening(archive, keys)).toMatchObject({ code: "wrong_key" });
    }
    await closed(archive.path);
  });

  it("says that it is damaged when any part was changed, and gives no end", async () => {
    const { bytes, recipients } = await sealed(compression);
    const header = bytes.indexOf("\n---");
    const places = [3, header + 10, header + 70, header + 90, 70_000, 200_000, bytes.length - 1];
    for (const place of places) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(place) ^ 4, place);
      const failure = await failureOfOpening(await store(changed, compression, recipients), { identities: [ours] });
      expect([place, failure?.code]).toEqual([place, "corrupt"]);
    }
  });

  it("says that it is damaged wherever it was cut, or added to", async () => {
    const { bytes, recipients } = await sealed(compression);
    const chunk = 64 * 1024 + 16;
    const front = bytes.length - Math.floor(bytes.length / chunk) * chunk;
    for (const length of [0, 1, 100, front, front + chunk, bytes.length >> 1, bytes.length - 1]) {
      const archive = await store(bytes.subarray(0, length), compression, recipients);
      expect([length, (await failureOfOpening(archive, { identities: [ours] }))?.code]).toEqual([length, "corrupt"]);
      await closed(archive.path);
    }
    const longer = await store(Buffer.concat([bytes, Buffer.alloc(1)]), compression, recipients);
    expect(await failureOfOpening(longer, { identities: [ours] })).toMatchObject({ code: "corrupt" });
  });

  it("closes its file when nobody reads on", async () => {
    const { bytes, recipients } = await sealed(compression);
    const archive = await store(bytes, compression, recipients);
    for await (const piece of openArchive(archive, { identities: [ours] })) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await closed(archive.path);
  });
});

describe.each(["gzip", "zstd"] as const)("an archive that is only compressed, with %s,", (compression) => {
  it("is damaged when it was cut or is something else", async () => {
    const bytes = pack[compression](dump);
    for (const wrong of [bytes.subarray(0, -1), bytes.subarray(0, 1000), Buffer.from("no space left, sorry")]) {
      expect(await failureOfOpening(await store(wrong, compression))).toMatchObject({ code: "corrupt" });
    }
  });
});

describe.each(["gzip", "zstd"] as const)("a large archive, which another program unpacks, with %s,", (compression) => {
  const large = randomBytes(2_000_000);
  const bytes = pack[compression](large);

  it("gives the dump back, encrypted or not, and leaves no process when nobody reads on", async () => {
    expect((await collect(openArchive(await store(bytes, compression)))).equals(large)).toBe(true);
    const recipients = [recipientOf(ours)];
    const archive = await store(await encrypt(bytes, { recipients }), compression, recipients);
    expect((await collect(openArchive(archive, { identities: [ours] }))).equals(large)).toBe(true);
    for await (const _ of openArchive(archive, { identities: [ours] })) break;
    expect(readFileSync(`/proc/self/task/${process.pid}/children`, "utf8")).toBe("");
    await closed(archive.path);
    expect(await failureOfOpening(archive)).toMatchObject({ code: "wrong_key" });
  });

  it("is damaged when it was cut or changed", async () => {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(1_000_000) ^ 4, 1_000_000);
    for (const wrong of [
      bytes.subarray(0, -1),
      bytes.subarray(0, 1_000_000),
      compression === "gzip" ? changed : Buffer.alloc(1e6),
    ])
      expect(await failureOfOpening(await store(wrong, compression))).toMatchObject({ code: "corrupt" });
  });
});

it("a passphrase opens what was locked with one", async () => {
  const bytes = await encrypt(gzipSync(dump), { passphrase: "correct horse", workFactor: 5 });
  const archive = await store(bytes, "gzip", [recipientOf(ours)]);
  expect(await isDump(archive, { passphrase: "correct horse" })).toBe(true);
  expect(await failureOfOpening(archive, { passphrase: "battery staple" })).toMatchObject({ code: "wrong_key" });
});

it("a file that is gone is neither damaged nor a matter of keys", async () => {
  const archive = {
    path: path.join(testEnv.folder, "gone"),
    format: "custom",
    compression: "gzip",
    encryption: null,
    dump: null,
  } as const;
  await expect(collect(openArchive(archive))).rejects.toMatchObject({ code: "ENOENT" });
});
