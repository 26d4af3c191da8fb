import { createHmac, hkdfSync, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import { headerLength, type Stanza, writeHeader } from "@/jobs/archive/age/header";
import { generateIdentity, parseRecipient, recipientOf } from "@/jobs/archive/age/keys";
import { lockWithPassphrase } from "@/jobs/archive/age/passphrase";
import { chunkCipher } from "@/jobs/archive/age/payload";
import { decrypt, refusalOf } from "@/jobs/archive/age/testing";
import { lockForRecipient } from "@/jobs/archive/age/x25519";

const identity = generateIdentity();
const keys = { identities: [identity], passphrase: "secret" };
const fileKey = randomBytes(16);
const plain = Buffer.from("select 1");
const ours = lockForRecipient(fileKey, parseRecipient(recipientOf(identity)));
const byPassphrase = await lockWithPassphrase(fileKey, "secret", 4);

function withPayload(header: Buffer): Buffer {
  const nonce = randomBytes(16);
  return Buffer.concat([header, nonce, ...chunkCipher(fileKey, nonce).seal(plain, { index: 0, isLast: true })]);
}

/** A file of these stanzas whose MAC is right. */
const file = (...stanzas: Stanza[]) => withPayload(writeHeader(stanzas, fileKey));

/** A file whose header reads so up to its MAC, which is right. */
function written(text: string, end = "\n"): Buffer {
  const key = Buffer.from(hkdfSync("sha256", fileKey, "", "header", 32));
  const mac = createHmac("sha256", key).update(text, "latin1").digest("base64").replace("=", "");
  return withPayload(Buffer.from(`${text} ${mac}${end}`, "latin1"));
}

const text = writeHeader([ours], fileKey)
  .toString("latin1")
  .replace(/---.*\n$/, "---");
const key64 = ours.body.toString("base64").replace("=", "");
const grease = (type: string, body: number, ...args: string[]): Stanza => ({ type, args, body: randomBytes(body) });

describe("the header of an age file", () => {
  it("is read as these tests write it", async () => {
    expect(await decrypt(written(text), keys)).toEqual(plain);
    expect(await decrypt(file(byPassphrase), keys)).toEqual(plain);
  });

  it.each([0, 1, 47, 48, 49, 96, 1000])(
    "may hold stanzas of types that nobody knows, with bodies of %i bytes",
    async (size) => {
      const around = [grease("grease", size), ours, grease("x25519", size, "!", "~{}", "-->"), grease("---", size)];
      expect(await decrypt(file(...around), keys)).toEqual(plain);
      expect(await refusalOf(file(grease("grease", size)), keys)).toBe("WRONG_KEY");
    },
  );

  it.each<[string, Partial<Stanza>]>([
    ["no share", { args: [] }],
    ["two shares", { args: [...ours.args, ...ours.args] }],
    ["a share that is too short", { args: ["AAAA"] }],
    ["a share that is too long", { args: [`${ours.args}AAAA`] }],
    ["a share with padding", { args: [`${ours.args}=`] }],
    ["a share with stray bits", { args: [`${"A".repeat(42)}B`] }],
    ["a share of zeros", { args: ["A".repeat(43)] }],
    ["a key that is too short", { body: ours.body.subarray(1) }],
    ["a key that is too long", { body: Buffer.concat([ours.body, Buffer.alloc(1)]) }],
  ])("is refused with %s, even beside a good stanza", async (_, change) => {
    expect(await refusalOf(file({ ...ours, ...change }, ours), keys)).toBe("BACKUP_CORRUPT");
  });

  it.each<[string, Partial<Stanza>]>([
    ["no salt", { args: [] }],
    ["no work factor", { args: byPassphrase.args.slice(0, 1) }],
    ["a salt that is too short", { args: ["AAAA", "4"] }],
    ["one argument more", { args: [...byPassphrase.args, "4"] }],
    ["a key that is too short", { body: byPassphrase.body.subarray(1) }],
    ...["04", "0", "-4", "+4", "0x4", "4a", "1e1", "four"].map((factor): [string, Partial<Stanza>] => [
      `a work factor of ${factor}`,
      { args: [byPassphrase.args[0] ?? "", factor] },
    ]),
  ])("is refused with a passphrase and %s", async (_, change) => {
    expect(await refusalOf(file({ ...byPassphrase, ...change }), keys)).toBe("BACKUP_CORRUPT");
  });

  it.each(["23", "64", "18446744073709551616"])(
    "is refused, before any work, with a work factor of %s",
    async (factor) => {
      const stanza = { ...byPassphrase, args: [byPassphrase.args[0] ?? "", factor] };
      expect(await refusalOf(file(stanza), keys)).toBe("UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it("is refused when a passphrase is not alone", async () => {
    const mixtures = [
      [byPassphrase, ours],
      [ours, byPassphrase],
      [byPassphrase, byPassphrase],
      [byPassphrase, grease("grease", 3)],
    ];
    for (const stanzas of mixtures) {
      expect(await refusalOf(file(...stanzas), keys)).toBe("BACKUP_CORRUPT");
      expect(await refusalOf(file(...stanzas), { identities: [identity] })).toBe("BACKUP_CORRUPT");
    }
  });

  it.each([
    ["no stanza", text.replace(/->[\s\S]*---/, "---")],
    ["a stanza that begins otherwise", text.replace("->", "=>")],
    ["a stanza without a type", text.replace(/->.*\n/, "->\n")],
    ["a stanza with nothing but a space", text.replace(/->.*\n/, "-> \n")],
    ["an empty argument", text.replace("-> X25519 ", "-> X25519  ")],
    ["a space at the end of a line", text.replace(`${ours.args}\n`, `${ours.args} \n`)],
    ["a letter that is none", text.replace("-> X25519 ", "-> X\x7f25519 ")],
    ["a letter beyond ASCII", text.replace("-> X25519 ", "-> X\xe925519 ")],
    ["a stanza without a body", text.replace(`${key64}\n`, "")],
    ["an empty line", text.replace("---", "\n---")],
    ["a body with padding", text.replace(key64, `${key64}=`)],
    ["a body with stray bits", text.replace(/.\n---$/, (end) => (end.startsWith("B") ? "C\n---" : "B\n---"))],
    ["a body in lines that are too short", text.replace(key64, `${key64.slice(0, 20)}\n${key64.slice(20)}`)],
    ["a body in a line that is too long", text.replace("---", `-> grease\n${"A".repeat(68)}\n\n---`)],
    ["a body without its last, shorter line", text.replace("---", `-> grease\n${"A".repeat(64)}\n---`)],
    ["carriage returns", text.replaceAll("\n", "\r\n")],
    ["a carriage return in one line", text.replace("-> X25519", "-> grease\r\n\n-> X25519")],
    ["the MAC's line at the beginning of a body", text.replace(key64, `--- ${key64}`)],
  ])("is refused with %s", async (_, changed) => {
    expect(changed).not.toBe(text);
    expect(await refusalOf(written(changed), keys)).toBe("BACKUP_CORRUPT");
  });

  it.each([
    ["with a space behind it", written(text, " \n")],
    ["with padding", written(text, "=\n")],
    ["with a carriage return", written(text, "\r\n")],
    ["without the space before it", written(`${text}-`)],
    ["missing", withPayload(Buffer.from(`${text}\n`))],
    ["cut", withPayload(Buffer.from(`${text} AAAA\n`))],
    ["wrong", withPayload(Buffer.from(`${text} ${"A".repeat(43)}\n`))],
    [
      "of another header",
      withPayload(
        Buffer.from(written(text).toString("latin1").replace("-> X", "-> grease\n\n-> X").slice(0, -40), "latin1"),
      ),
    ],
  ])("is refused with a MAC that is %s", async (_, bytes) => {
    expect(await refusalOf(bytes, keys)).toBe("BACKUP_CORRUPT");
  });

  it.each([
    ["of a later version", text.replace("/v1", "/v2"), "UNSUPPORTED_MEDIA_TYPE"],
    ["of a version that begins like ours", text.replace("/v1", "/v10"), "UNSUPPORTED_MEDIA_TYPE"],
    ["that is armored", `-----BEGIN AGE ENCRYPTED FILE-----\n${text}`, "UNSUPPORTED_MEDIA_TYPE"],
    ["that is a dump", `PGDMP${text}`, "UNSUPPORTED_MEDIA_TYPE"],
    ["with a space before it", ` ${text}`, "UNSUPPORTED_MEDIA_TYPE"],
    ["without a version", text.replace("/v1", "/"), "BACKUP_CORRUPT"],
  ])("is refused in a file %s", async (_, changed, code) => {
    expect(await refusalOf(written(changed), keys)).toBe(code);
  });

  it("is read up to 1 MiB, and refused beyond, before it was read to its end", async () => {
    const long = grease("grease", 770_000);
    expect(writeHeader([long, ours], fileKey).length).toBeGreaterThan(1_040_000);
    expect(await decrypt(file(long, ours), keys, [100_000])).toEqual(plain);
    expect(await refusalOf(file(grease("grease", 780_000), ours), keys)).toBe("BACKUP_CORRUPT");
    let given = 0;
    async function* endless() {
      yield Buffer.from("age-encryption.org/v1\n");
      for (; ; given += 65_536) yield Buffer.alloc(65_536, "A");
    }
    await expect(decryptAge(endless(), keys).next()).rejects.toMatchObject({ code: "BACKUP_CORRUPT" });
    expect(given).toBeLessThan(2 ** 20);
  });

  it("of very many tiny stanzas is read in no time", async () => {
    const stanzas = Array.from({ length: 150_000 }, () => grease("a", 0));
    const tiny = withPayload(writeHeader([...stanzas, ours], fileKey));
    expect(headerLength(tiny)).toBeGreaterThan(900_000);
    const began = performance.now();
    expect(await decrypt(tiny, keys)).toEqual(plain);
    expect(performance.now() - began).toBeLessThan(5000);
  });
});
