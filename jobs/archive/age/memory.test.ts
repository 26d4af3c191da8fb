import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { decryptAge } from "@/jobs/archive/age/decrypt";
import { encryptAge } from "@/jobs/archive/age/encrypt";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

describe("a gigabyte", () => {
  it("goes through both ways in as much memory as a little would take", async () => {
    const identity = generateIdentity();
    const piece = randomBytes(mebibyte);
    const before = process.memoryUsage.rss();
    let most = before;
    async function* source() {
      for (let sent = 0; sent < gibibyte; sent += piece.length) {
        piece.writeUInt32BE(sent / mebibyte);
        most = Math.max(most, process.memoryUsage.rss());
        yield piece;
      }
    }
    const given = createHash("sha256");
    let size = 0;
    const sealed = encryptAge(source(), { recipients: [recipientOf(identity)] });
    for await (const plain of decryptAge(sealed, { identities: [identity] })) {
      given.update(plain);
      size += plain.length;
    }
    const wanted = createHash("sha256");
    for await (const plain of source()) wanted.update(plain);
    expect(size).toBe(gibibyte);
    expect(given.digest("hex")).toBe(wanted.digest("hex"));
    expect((most - before) / mebibyte).toBeLessThan(150);
  });
});
