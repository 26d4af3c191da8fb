import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBech32 } from "@/jobs/archive/age/bech32";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import { encryptAge, startAge } from "@/jobs/archive/age/encrypt";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { collect, decrypt, encrypt, inPieces, refusalOf, withAge } from "@/jobs/archive/age/testing";

const chunk = 64 * 1024;
const identity = generateIdentity();
const keys = { identities: [identity] };
const lock = { recipients: [recipientOf(identity)] };
const content = randomBytes(4 * chunk);

/** Sizes on, just before and just behind the edges of chunks, plain and sealed. */
const size = fc
  .tuple(fc.nat(3), fc.constantFrom(-17, -16, -15, -1, 0, 1, 15, 16, 17, 4711))
  .map(([chunks, more]) => Math.max(0, chunks * chunk + more));
const sizes = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 100_000 }),
    fc.constantFrom(16_384, chunk - 1, chunk, chunk + 1, chunk + 16, 3 * chunk),
  ),
  { minLength: 1, maxLength: 8 },
);

describe("an age file", () => {
  it.each([0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 2 * chunk + 1, 3 * chunk])(
    "of %i bytes comes back byte for byte, taken and given a byte or a few at a time",
    async (length) => {
      const plain = content.subarray(0, length);
      const step = length > chunk ? [997] : [1];
      expect((await decrypt(await encrypt(plain, lock, step), keys, step)).equals(plain)).toBe(true);
    },
  );

  it("of any size comes back byte for byte, however it is taken and given", async () => {
    await fc.assert(
      fc.asyncProperty(size, sizes, sizes, async (length, taken, given) => {
        const plain = content.subarray(0, length);
        const sealed = await encrypt(plain, lock, taken);
        const perChunk = 16 * Math.max(1, Math.ceil(length / chunk));
        const front = sealed.indexOf("\n---") + "\n--- ".length + 43 + 1 + 16;
        expect(sealed.length).toBe(front + length + perChunk);
        expect((await decrypt(sealed, keys, given)).equals(plain)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it("can be read from any place to any other", async () => {
    const cases = fc.record({
      length: size,
      from: fc.double({ min: 0, max: 1, noNaN: true }),
      to: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ length, from, to }) => {
        const plain = content.subarray(0, length);
        const [start = 0, end = 0] = [Math.round(from * length), Math.round(to * length)].toSorted((a, b) => a - b);
        await withAge(await encrypt(plain, lock), keys, async (age) => {
          expect(age.size).toBe(length);
          expect((await collect(age.read({ start, end }))).equals(plain.subarray(start, end))).toBe(true);
          expect((await collect(age.read())).equals(plain)).toBe(true);
        });
      }),
      { numRuns: 60 },
    );
  });

  it("of many chunks can be read from before to behind what is read at once", async () => {
    const plain = randomBytes(40 * chunk + 5);
    await withAge(await encrypt(plain, lock), keys, async (age) => {
      const range = { start: 15 * chunk - 1, end: 33 * chunk + 1 };
      expect((await collect(age.read(range))).equals(plain.subarray(range.start, range.end))).toBe(true);
    });
  });

  it.each([[{ start: -1 }], [{ end: 11 }], [{ start: 6, end: 5 }], [{ start: 0.5 }]])(
    "has nothing at %o of ten bytes",
    async (range) => {
      await withAge(await encrypt(content.subarray(0, 10), lock), keys, async (age) => {
        await expect(collect(age.read(range))).rejects.toThrow(RangeError);
      });
    },
  );

  it("is another one each time, for the same content and key", async () => {
    const [one, other] = [await encrypt(content, lock), await encrypt(content, lock)];
    expect(one.subarray(-1000).equals(other.subarray(-1000))).toBe(false);
  });

  it("opens for each of its recipients, and with one key among others", async () => {
    const others = [generateIdentity(), generateIdentity()];
    const plain = content.subarray(0, 100);
    const sealed = await encrypt(plain, { recipients: [...others.map(recipientOf), recipientOf(identity)] });
    for (const one of [...others, identity]) expect(await decrypt(sealed, { identities: [one] })).toEqual(plain);
    expect(await decrypt(sealed, { identities: [generateIdentity(), identity] })).toEqual(plain);
    expect(await refusalOf(sealed, { identities: [generateIdentity(), generateIdentity()] })).toBe("WRONG_KEY");
  });

  it("opens with its passphrase only", async () => {
    const sealed = await encrypt(content, { passphrase: "schöner Tag", workFactor: 10 });
    expect((await decrypt(sealed, { passphrase: "schöner Tag" })).equals(content)).toBe(true);
    expect(await refusalOf(sealed, { passphrase: "schoner Tag" })).toBe("WRONG_KEY");
    expect(await refusalOf(sealed, keys)).toBe("WRONG_KEY");
    expect(await refusalOf(sealed, {})).toBe("WRONG_KEY");
    expect(await refusalOf(await encrypt(content, lock), { passphrase: "schöner Tag" })).toBe("WRONG_KEY");
  });

  it("with a passphrase is as hard to guess as age's own when nothing is said", async () => {
    const sealed = await encrypt(content, { passphrase: "a long one" });
    expect(sealed.toString("latin1", 0, 100)).toMatch(/^age-encryption.org\/v1\n-> scrypt [A-Za-z0-9+/]{22} 18\n/);
    expect((await decrypt(sealed, { passphrase: "a long one" })).equals(content)).toBe(true);
  });

  it("is not opened when that takes more work than allowed", async () => {
    const sealed = await encrypt(content, { passphrase: "secret", workFactor: 12 });
    expect(await refusalOf(sealed, { passphrase: "secret", maxWorkFactor: 11 })).toBe("UNSUPPORTED_MEDIA_TYPE");
    expect(await refusalOf(sealed, { passphrase: "secret", maxWorkFactor: 12 })).toBeUndefined();
  });
});

describe("a stream", () => {
  it.each([
    ["encrypted", (source: AsyncIterable<Buffer>) => encryptAge(source, lock)],
    ["decrypted", (source: AsyncIterable<Buffer>) => decryptAge(source, keys)],
  ])("that breaks while it is %s breaks with its own error", async (_, through) => {
    const sealed = await encrypt(content, lock);
    async function* broken() {
      yield sealed.subarray(0, 2 * chunk);
      throw new Error("the disk fell out");
    }
    await expect(collect(through(broken()))).rejects.toThrow("the disk fell out");
  });

  it("is closed when nobody wants the rest of it", async () => {
    const sealed = await encrypt(content, lock);
    let isClosed = false;
    async function* source() {
      try {
        yield* inPieces(sealed, [chunk]);
      } finally {
        isClosed = true;
      }
    }
    for await (const piece of decryptAge(source(), keys)) if (piece.length > 0) break;
    expect(isClosed).toBe(true);
  });
});

describe("starting an age file", () => {
  const point = (first: number) => toBech32("age", Buffer.from([first, ...Array(31).fill(0)]));
  it.each([
    ["nobody", { recipients: [] }],
    ["more recipients than we would read", { recipients: Array(1001).fill(lock.recipients[0]) }],
    ["something that is no key", { recipients: [...lock.recipients, "age1"] }],
    ["a key that makes every secret zero", { recipients: [point(0)] }],
    ["another one of them", { recipients: [point(1)] }],
    ["an empty passphrase", { passphrase: "" }],
    ["a work factor of 0", { passphrase: "secret", workFactor: 0 }],
    ["a work factor of 23", { passphrase: "secret", workFactor: 23 }],
    ["half a work factor", { passphrase: "secret", workFactor: 1.5 }],
  ])("is refused for %s", async (_, wrong) => {
    await expect(startAge(wrong)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("is refused for recipients and a passphrase at once", async () => {
    const both: object = { ...lock, passphrase: "secret" };
    await expect(startAge(both as typeof lock)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("gives a writer that seals nothing more after its end", async () => {
    const age = await startAge(lock);
    age.update(content);
    age.final();
    expect(() => age.update(content)).toThrow("has been finished");
    expect(() => age.final()).toThrow("has been finished");
  });
});
