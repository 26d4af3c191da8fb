import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromBase64, toBase64 } from "@/jobs/archive/age/base64";
import { fromBech32, toBech32 } from "@/jobs/archive/age/bech32";
import { generateIdentity, parseIdentity, parseRecipient, recipientOf } from "@/jobs/archive/age/keys";

// The pair of the section "The X25519 recipient type" of https://c2sp.org/age.
const identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
const recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";
const bytes = fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array));

describe("age keys", () => {
  it("give the public key that the specification gives for its secret key", () => {
    expect(recipientOf(identity)).toBe(recipient);
    expect(parseIdentity(identity).recipient.share).toEqual(parseRecipient(recipient).share);
  });

  it("are new each time, and can be read again", () => {
    const [one, other] = [generateIdentity(), generateIdentity()];
    expect(one).toMatch(/^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/);
    expect(one).not.toBe(other);
    expect(recipientOf(one)).toMatch(/^age1[02-9ac-hj-np-z]{58}$/);
    expect(recipientOf(one)).not.toBe(recipientOf(other));
  });

  it.each([
    ["nothing", ""],
    ["words", "my key"],
    ["lower case", identity.toLowerCase()],
    ["mixed case", identity.replace("GFPY", "gfpy")],
    ["one letter wrong", identity.replace("GFPYY", "GFPYQ")],
    ["one letter less", identity.slice(0, -1)],
    ["something behind it", `${identity} `],
    ["the public key", recipient],
    ["a post-quantum key", "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"],
    ["too few bytes", toBech32("age-secret-key-", Buffer.alloc(31)).toUpperCase()],
    ["too many bytes", toBech32("age-secret-key-", Buffer.alloc(33)).toUpperCase()],
  ])("refuse %s as a secret key, without repeating it", (_, text) => {
    expect(() => parseIdentity(text)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR", message: expect.not.stringContaining("GFPYYSJZ") }),
    );
  });

  it.each([
    ["nothing", "", "begins with age1"],
    ["an SSH key", "ssh-ed25519 AAAA", "begins with age1"],
    ["the secret key", identity, "secret key"],
    ["the secret key in lower case", identity.toLowerCase(), "secret key"],
    ["upper case", recipient.toUpperCase(), "begins with age1"],
    ["one letter wrong", recipient.replace("zvky", "zvkq"), "typing error"],
    ["two letters swapped", recipient.replace("zv", "vz"), "typing error"],
    ["half of it", recipient.slice(0, 30), "typing error"],
    // With checksums that are right.
    [
      "one stray bit behind its last byte",
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73epp9g8nq",
      "typing error",
    ],
    [
      "one letter more than it needs",
      "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73eqqhruuh4",
      "typing error",
    ],
    ["the key of a plugin", "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e", "plugins"],
    ["too few bytes", toBech32("age", Buffer.alloc(31, 1)), "typing error"],
  ])("refuse %s as a public key and say why", (_, text, why) => {
    expect(() => parseRecipient(text)).toThrow(
      expect.objectContaining({ code: "VALIDATION_ERROR", message: expect.stringContaining(why) }),
    );
  });
});

describe("bech32", () => {
  // From BIP 173's lists of valid and invalid strings.
  it.each([
    "A12UEL5L",
    "a12uel5l",
    "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
    "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
    "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
    "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
    "?1ezyfcl",
  ])("reads %s, which is valid", (text) => {
    const decoded = fromBech32(text);
    expect(decoded && toBech32(decoded.prefix, decoded.bytes)).toBe(text.toLowerCase());
  });

  it.each([
    " 1nwldj5",
    "pzry9x0s0muk",
    "1pzry9x0s0muk",
    "x1b4n0q5v",
    "li1dgmt3",
    "de1lg7wt\xff",
    "A1G7SGD8",
    "10a06t8",
    "1qzzfhee",
    "a12UEL5L",
  ])("refuses %s, which is not", (text) => {
    expect(fromBech32(text)).toBeUndefined();
  });

  it("refuses a letter that carries no byte, though the checksum is right", () => {
    expect(fromBech32("age1qqqqqqqqqjhjdkw")).toBeUndefined();
  });

  it("gives back whatever bytes it was given, and notices one changed letter", () => {
    fc.assert(
      fc.property(bytes, fc.nat(), (original, where) => {
        const text = toBech32("age", original);
        expect(fromBech32(text)).toEqual({ prefix: "age", bytes: original });
        const at = 4 + (where % (text.length - 4));
        const wrong = text[at] === "q" ? "p" : "q";
        expect(fromBech32(text.slice(0, at) + wrong + text.slice(at + 1))).toBeUndefined();
      }),
    );
  });
});

describe("base64", () => {
  it("gives back whatever bytes it was given, and refuses every other way to write them", () => {
    fc.assert(
      fc.property(bytes, (original) => {
        const text = toBase64(original);
        expect(fromBase64(text)).toEqual(original);
        for (const other of [`${text}=`, `${text}\n`, ` ${text}`, `${text}A`]) {
          expect(fromBase64(other)?.equals(original) ?? false).toBe(false);
        }
      }),
    );
    // The last two or four bits stand for nothing and have to be zero; - and _ are another alphabet's.
    expect(fromBase64("AB")).toBeUndefined();
    expect(fromBase64("AAB")).toBeUndefined();
    expect(fromBase64("-_-_")).toBeUndefined();
  });
});
