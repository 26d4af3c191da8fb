import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { followTar, tarEnd, tarHeader, tarPadding } from "@/jobs/archive/tar";

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

const member = { folder: "folder", name: "name", mode: 0o644, modifiedAt: new Date("2026-01-29T15:30:07.891Z") };

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
    const size = 9 * 1024 ** 3;
    const header = tarHeader({ ...member, sizeBytes: size });
    tar.take(header);
    const piece = Buffer.alloc(2 ** 28);
    for (let at = 0; at < size; at += piece.length) tar.take(piece);
    expect(tar.complaint()).toBe("The archive ends before its end.");
    tar.take(Buffer.alloc(1024));
    expect(tar.complaint()).toBeNull();
  });
});

describe("a tar file of ours", () => {
  const file = path.join(folder, "ours.tar");
  const tar = (...args: string[]) =>
    execFileSync("tar", args, { encoding: "utf8", env: { ...process.env, TZ: "UTC" } });

  it.each([0, 1, 511, 512, 513, 70_000])("gives back a file of %i bytes, and is whole", (sizeBytes) => {
    const bytes = Buffer.alloc(sizeBytes, "y");
    const more = tarHeader({ ...member, name: "more", sizeBytes: 1 });
    const header = tarHeader({ ...member, sizeBytes });
    const parts = [header, bytes, tarPadding(sizeBytes), more, Buffer.from("z"), tarPadding(1), tarEnd()];
    writeFileSync(file, Buffer.concat(parts));
    expect(complaintAbout(readFileSync(file))).toBeNull();
    expect(tar("-xOf", file, "folder/name")).toBe("y".repeat(sizeBytes));
    expect(tar("-tvf", file).split("\n")[0]).toMatch(/^-rw-r--r-- 0\/0 +\d+ 2026-01-29 15:30 folder\/name$/);
  });

  it("shows the bytes of each file in it, however they come", () => {
    const one = [tarHeader({ ...member, sizeBytes: 3 }), Buffer.from("one"), tarPadding(3)];
    const none = tarHeader({ ...member, name: "none", sizeBytes: 0 });
    const two = [tarHeader({ ...member, name: "two", sizeBytes: 512 }), Buffer.alloc(512, "2")];
    const bytes = Buffer.concat([...one, none, ...two, tarEnd()]);
    for (const pieces of [1, 700, bytes.length]) {
      const seen = ["", "", ""];
      const tar = followTar((content, file) => (seen[file] += content.toString()));
      for (let at = 0; at < bytes.length; at += pieces) tar.take(bytes.subarray(at, at + pieces));
      expect(seen).toEqual(["one", "", "2".repeat(512)]);
    }
  });

  it.each([8 ** 11 - 1, 8 ** 11, 8 ** 11 + 1, 2 ** 33 + 2 ** 32])("tells a size of %i bytes", (sizeBytes) => {
    // A file with a hole takes no room on the disk.
    writeFileSync(file, tarHeader({ ...member, sizeBytes }));
    truncateSync(file, 512 + sizeBytes + tarPadding(sizeBytes).length + tarEnd().length);
    expect(tar("-tvf", file)).toContain(` ${sizeBytes} 2026-01-29 15:30 folder/name\n`);
  });

  it("has room for long names, and none for longer ones", () => {
    const [long, longer] = ["f".repeat(155), "n".repeat(100)];
    writeFileSync(file, Buffer.concat([tarHeader({ ...member, folder: long, name: longer, sizeBytes: 0 }), tarEnd()]));
    expect(tar("-tf", file)).toBe(`${long}/${longer}\n`);
    expect(() => tarHeader({ ...member, folder: `${long}f`, sizeBytes: 0 })).toThrow("too long");
    expect(() => tarHeader({ ...member, name: `${longer}n`, sizeBytes: 0 })).toThrow("too long");
  });
});
