import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { followTar } from "@/jobs/archive/tar";

const folder = mkdtempSync(path.join(tmpdir(), "coffer-tar-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that the tar of this machine has made, of members of these sizes. */
function tarOf(...sizes: number[]): Buffer {
  const names = sizes.map((_, n) => `${n}.dat`);
  for (const [n, size] of sizes.entries()) writeFileSync(path.join(folder, `${n}.dat`), Buffer.alloc(size, "x"));
  execFileSync("tar", ["--format=ustar", "-C", folder, "-cf", path.join(folder, "all.tar"), ...names]);
  return readFileSync(path.join(folder, "all.tar"));
}

function complaintAbout(bytes: Buffer, pieces = 1000): string | null {
  const tar = followTar();
  for (let at = 0; at < bytes.length; at += pieces) tar.take(bytes.subarray(at, at + pieces));
  return tar.complaint();
}

describe("a tar file", () => {
  const whole = tarOf(0, 1, 511, 512, 513, 70_000);

  it.each([1, 7, 512, 1000, 1_000_000])("is taken in pieces of %i bytes", (pieces) => {
    expect(complaintAbout(whole, pieces)).toBeNull();
  });

  it("that was cut anywhere before its end is not whole", () => {
    const end = whole.findLastIndex((byte) => byte !== 0);
    for (let cut = 0; cut < end; cut += 313)
      expect(complaintAbout(whole.subarray(0, cut)), `cut at ${cut}`).not.toBeNull();
  });

  it("with a changed header is damaged there", () => {
    const changed = Buffer.from(whole);
    changed[124 + 8] = "7".charCodeAt(0);
    expect(complaintAbout(changed)).toBe("The archive is damaged at byte 0.");
  });

  it("that is none is damaged, or empty", () => {
    expect(complaintAbout(Buffer.from("PGDMP".repeat(1000)))).toMatch(/damaged at byte 0/);
    expect(complaintAbout(Buffer.alloc(0))).toBe("The archive ends before its end.");
  });

  it("with a member of more than 8 GB is understood", () => {
    const tar = followTar();
    const header = Buffer.from(whole.subarray(0, 512));
    const size = 9 * 1024 ** 3;
    header.fill(0, 124, 136);
    header[124] = 0x80;
    header.writeBigUInt64BE(BigInt(size), 128);
    header.fill(" ", 148, 156);
    header.write(
      `${header
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, "0")}\0 `,
      148,
      "latin1",
    );
    tar.take(header);
    const piece = Buffer.alloc(2 ** 28);
    for (let at = 0; at < size; at += piece.length) tar.take(piece);
    expect(tar.complaint()).toBe("The archive ends before its end.");
    tar.take(Buffer.alloc(1024));
    expect(tar.complaint()).toBeNull();
  });
});
