import { randomBytes, randomUUID } from "node:crypto";
import { open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import { writeHeader } from "@/jobs/archive/age/header";
import { generateIdentity, parseRecipient, recipientOf } from "@/jobs/archive/age/keys";
import { openAge } from "@/jobs/archive/age/open";
import { chunkCipher } from "@/jobs/archive/age/payload";
import { collect, encrypt, inPieces, refusalOf, withAge } from "@/jobs/archive/age/testing";
import { lockForRecipient } from "@/jobs/archive/age/x25519";

const chunk = 64 * 1024;
const sealedChunk = chunk + 16;
const identity = generateIdentity();
const keys = { identities: [identity] };
const lock = { recipients: [recipientOf(identity)] };

/** Where each part of a file for one recipient begins, in bytes. */
function regions(file: Buffer) {
  const stanza = file.indexOf("-> ");
  const body = file.indexOf("\n", stanza) + 1;
  const macLine = file.indexOf("--- ");
  const nonce = file.indexOf("\n", macLine) + 1;
  return { stanza, body, macLine, nonce, payload: nonce + 16 };
}

const flip = (file: Buffer, at: number, bit = 0) => {
  const copy = Buffer.from(file);
  copy.writeUInt8(copy.readUInt8(at) ^ (1 << bit), at);
  return copy;
};

/** What the stream gives before it refuses, and the code with which it does. */
async function released(file: Buffer): Promise<{ plain: Buffer; code?: string }> {
  const plain: Buffer[] = [];
  try {
    for await (const piece of decryptAge(inPieces(file, [30_000]), keys)) plain.push(piece);
    return { plain: Buffer.concat(plain) };
  } catch (error) {
    return { plain: Buffer.concat(plain), code: (error as { code: string }).code };
  }
}

describe("a small age file of which one bit was changed", () => {
  it("is refused wherever that is, and as damaged everywhere but in the locked key itself", async () => {
    const file = await encrypt(Buffer.from("select 1"), lock);
    const { stanza, body, macLine, nonce } = regions(file);
    const partOf = (at: number) =>
      at < stanza ? "version" : at < body ? "stanza" : at < macLine ? "key" : at < nonce ? "mac" : "payload";
    const seen: Record<string, Set<string>> = {};
    for (let at = 0; at < file.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const codes = seen[partOf(at)] ?? new Set();
        seen[partOf(at)] = codes.add((await refusalOf(flip(file, at, bit), keys)) ?? `byte ${at} does not matter`);
      }
    }
    expect(Object.fromEntries(Object.entries(seen).map(([part, codes]) => [part, [...codes].toSorted()]))).toEqual({
      version: ["BACKUP_CORRUPT", "UNSUPPORTED_MEDIA_TYPE"],
      // age tells nobody whom a file is for: another key, or a changed one, are the same to everyone.
      stanza: ["BACKUP_CORRUPT", "WRONG_KEY"],
      key: ["BACKUP_CORRUPT", "WRONG_KEY"],
      mac: ["BACKUP_CORRUPT"],
      payload: ["BACKUP_CORRUPT"],
    });
  });

  it("is not mistaken for a wrong key, nor a wrong key for damage", async () => {
    const file = await encrypt(Buffer.from("select 1"), lock);
    expect(await refusalOf(file, { identities: [generateIdentity()] })).toBe("WRONG_KEY");
    const { macLine, nonce, payload } = regions(file);
    for (const at of [macLine + 10, nonce, payload, file.length - 1]) {
      expect(await refusalOf(flip(file, at), keys)).toBe("BACKUP_CORRUPT");
    }
  });
});

describe("an age file of some chunks", () => {
  const plain = randomBytes(3 * chunk + 1000);
  let file: Buffer;
  let payload: number;
  beforeAll(async () => {
    file = await encrypt(plain, lock);
    payload = regions(file).payload;
  });
  const place = (index: number) => payload + index * sealedChunk;
  const chunkAt = (index: number) => file.subarray(place(index), place(index + 1));

  it("gives nothing of a changed chunk, nor of what comes behind it", async () => {
    for (const index of [0, 1, 2, 3]) {
      const end = Math.min(place(index + 1), file.length);
      for (const at of [place(index), place(index) + 700, end - 17, end - 16, end - 1]) {
        const { plain: given, code } = await released(flip(file, at));
        expect(code).toBe("BACKUP_CORRUPT");
        expect(given.equals(plain.subarray(0, index * chunk))).toBe(true);
      }
    }
  });

  it("gives the chunks around a changed one, which it refuses, when they are asked for by place", async () => {
    await withAge(flip(file, place(1) + 5), keys, async (age) => {
      expect((await collect(age.read({ end: chunk }))).equals(plain.subarray(0, chunk))).toBe(true);
      expect((await collect(age.read({ start: 2 * chunk }))).equals(plain.subarray(2 * chunk))).toBe(true);
      await expect(collect(age.read({ start: chunk, end: chunk + 1 }))).rejects.toMatchObject({
        code: "BACKUP_CORRUPT",
      });
    });
  });

  it("is refused when it was cut, at every boundary and beside it", async () => {
    const { stanza, body, macLine, nonce } = regions(file);
    const boundaries = [1, stanza, body, macLine, nonce, payload, ...[1, 2, 3].map(place), place(3) + 16, file.length];
    for (const cut of boundaries.flatMap((at) => [at - 1, at, at + 1]).filter((at) => at < file.length)) {
      expect(await refusalOf(file.subarray(0, cut), keys), `cut at ${cut}`).toBe("BACKUP_CORRUPT");
    }
    expect(await refusalOf(file.subarray(0, file.length / 2), keys)).toBe("BACKUP_CORRUPT");
  });

  it("is refused when it was cut exactly behind a whole chunk, of which that chunk is not given out", async () => {
    const { plain: given, code } = await released(file.subarray(0, place(2)));
    expect(code).toBe("BACKUP_CORRUPT");
    expect(given.equals(plain.subarray(0, chunk))).toBe(true);
  });

  it("is refused when something follows the last chunk", async () => {
    for (const more of [Buffer.from([0]), randomBytes(16), randomBytes(sealedChunk), chunkAt(3)]) {
      expect(await refusalOf(Buffer.concat([file, more]), keys)).toBe("BACKUP_CORRUPT");
    }
    const whole = await encrypt(plain.subarray(0, 2 * chunk), lock);
    for (const more of [1, 16, 17, sealedChunk]) {
      expect(await refusalOf(Buffer.concat([whole, randomBytes(more)]), keys)).toBe("BACKUP_CORRUPT");
    }
  });

  it.each([
    ["swapped", [0, 2, 1, 3]],
    ["left out", [0, 2, 3]],
    ["left out at the beginning", [1, 2, 3]],
    ["given twice", [0, 1, 1, 2, 3]],
    ["moved behind the last", [0, 1, 3, 2]],
  ])("is refused when chunks were %s", async (_, order) => {
    const swapped = Buffer.concat([file.subarray(0, payload), ...order.map(chunkAt)]);
    expect(await refusalOf(swapped, keys)).toBe("BACKUP_CORRUPT");
  });

  it("is refused when a chunk comes from another file of the same owner", async () => {
    const other = await encrypt(plain, lock);
    const mixed = Buffer.concat([
      file.subarray(0, place(1)),
      other.subarray(place(1), place(2)),
      file.subarray(place(2)),
    ]);
    expect(await refusalOf(mixed, keys)).toBe("BACKUP_CORRUPT");
  });

  it("is refused when its header is another file's", async () => {
    const other = await encrypt(plain, lock);
    expect(await refusalOf(Buffer.concat([other.subarray(0, payload), file.subarray(payload)]), keys)).toBe(
      "BACKUP_CORRUPT",
    );
  });

  it("is refused when an empty chunk ends it, though its writer knew the key", async () => {
    const fileKey = randomBytes(16);
    const nonce = randomBytes(16);
    const header = writeHeader([lockForRecipient(fileKey, parseRecipient(recipientOf(identity)))], fileKey);
    const cipher = chunkCipher(fileKey, nonce);
    const first = cipher.seal(plain.subarray(0, chunk), { index: 0, isLast: false });
    const empty = cipher.seal(Buffer.alloc(0), { index: 1, isLast: true });
    expect(await refusalOf(Buffer.concat([header, nonce, ...first, ...empty]), keys)).toBe("BACKUP_CORRUPT");
    const whole = cipher.seal(plain.subarray(0, chunk), { index: 0, isLast: true });
    expect(await refusalOf(Buffer.concat([header, nonce, ...whole]), keys)).toBeUndefined();
  });

  it("is refused when it shrinks while it is read", async () => {
    const name = path.join(tmpdir(), `coffer-shrinks-${randomUUID()}`);
    await writeFile(name, file);
    await using handle = await open(name);
    const age = await openAge(handle, keys);
    await truncate(name, place(1));
    await expect(collect(age.read())).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
    await rm(name);
  });
});
