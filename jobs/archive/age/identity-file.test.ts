import { describe, expect, it } from "vitest";
import { readIdentities } from "@/jobs/archive/age/identity-file";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";

const [one, two] = [generateIdentity(), generateIdentity()];

describe("an identity file", () => {
  it.each([
    ["one bare key", one, [one]],
    ["what age-keygen writes", `# created: 2026-01-29T15:30:07Z\n# public key: ${recipientOf(one)}\n${one}\n`, [one]],
    ["several keys, blank lines and line ends of Windows", `\r\n${one}\r\n\r\n  ${two}  \r\n# end`, [one, two]],
  ])("may be %s", (_, text, keys) => expect(readIdentities(text)).toEqual(keys));

  it.each([
    ["is empty", " \n# only a comment\n", "no secret key"],
    ["holds a public key", recipientOf(one), "public key"],
    ["holds a key with a typing error", `${one}\n${two.slice(0, -1)}b`, "typing error"],
    ["is itself encrypted", "age-encryption.org/v1\n-> scrypt x 18\n", "itself encrypted"],
    ["is itself encrypted, as text", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", "itself encrypted"],
    ["holds more keys than anybody has", `${one}\n`.repeat(101), "at most 100"],
    ["is something else", "-----BEGIN OPENSSH PRIVATE KEY-----\n", "begins with AGE-SECRET-KEY-1"],
  ])("that %s is refused, without its words", (_, text, message) => {
    let said = "";
    try {
      readIdentities(text);
    } catch (error) {
      said = String(error);
    }
    expect(said).toContain(message);
    expect(said).not.toMatch(/AGE-SECRET-KEY-1[A-Z0-9]|OPENSSH/);
  });
});
