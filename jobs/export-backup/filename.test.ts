import { describe, expect, it } from "vitest";
import { backupFilename, packageNames } from "@/jobs/export-backup/filename";
import { numbered } from "@/jobs/home/write";

const at = new Date("2026-01-29T15:30:07.891Z");

describe("a backup's file name", () => {
  it("tells project, time, format and compression", () => {
    expect(backupFilename("acme", at, { format: "custom", compression: "gzip", encrypt: false })).toBe(
      "acme_2026-01-29T153007Z.dump.gz",
    );
    expect(backupFilename("acme", at, { format: "sql", compression: "zstd", encrypt: false })).toBe(
      "acme_2026-01-29T153007Z.sql.zst",
    );
    expect(backupFilename("acme", at, { format: "tar", compression: "none", encrypt: false })).toBe(
      "acme_2026-01-29T153007Z.tar",
    );
  });

  it("tells that it is a package, and the dump in it tells the rest", () => {
    const kind = { compression: "zstd", encrypt: true } as const;
    expect(backupFilename("acme", at, { format: "package", ...kind })).toBe("acme_2026-01-29T153007Z.package.tar");
    const names = { folder: "acme_2026-01-29T153007Z", dump: "acme.dump.zst.age" };
    expect(packageNames("acme", at, kind)).toEqual(names);
    const long = packageNames("x".repeat(100), at, kind);
    expect([long.folder.length <= 155, long.dump.length <= 100]).toEqual([true, true]);
  });

  it("tells that it is encrypted", () => {
    const kind = { format: "custom", compression: "zstd", encrypt: true } as const;
    expect(backupFilename("acme", at, kind)).toBe("acme_2026-01-29T153007Z.dump.zst.age");
  });

  it("sorts by time", () => {
    const names = [9, 10, 11].map((hour) =>
      backupFilename("a", new Date(Date.UTC(2026, 0, 1, hour)), { format: "sql", compression: "none", encrypt: false }),
    );
    expect(names.toSorted()).toEqual(names);
  });

  it("has nothing that a shell or a file system minds", () => {
    expect(backupFilename("acme-2_b", at, { format: "custom", compression: "zstd", encrypt: false })).toMatch(
      /^[A-Za-z0-9_.-]+$/,
    );
  });
});

describe("the next name to try", () => {
  it("carries its number before the extensions", () => {
    expect(numbered("acme/x/acme_2026.dump.gz", 1)).toBe("acme/x/acme_2026.dump.gz");
    expect(numbered("acme/x/acme_2026.dump.gz", 2)).toBe("acme/x/acme_2026-2.dump.gz");
    expect(numbered("acme_2026.dump.gz.age", 3)).toBe("acme_2026-3.dump.gz.age");
    expect(numbered("acme_2026.package.tar", 2)).toBe("acme_2026-2.package.tar");
    expect(numbered("acme_2026.tar", 13)).toBe("acme_2026-13.tar");
  });

  it("leaves dots in folders alone", () => {
    expect(numbered("v1.2/acme.sql", 2)).toBe("v1.2/acme-2.sql");
  });
});
