import { describe, expect, it } from "vitest";
import { checkSpace } from "@/jobs/export-backup/check";
import { failureOf } from "@/jobs/lifecycle/failure";

const MB = 1_000_000;
const last = { sizeBytes: 100 * MB, originalBytes: 300 * MB, tableBytes: new Map() };

function refusal(free: number | null, expected: Parameters<typeof checkSpace>[1]) {
  try {
    checkSpace(free, expected);
    return null;
  } catch (error) {
    return failureOf(error);
  }
}

describe("the space for a backup", () => {
  it("is judged by the last backup of the project", () => {
    expect(refusal(120 * MB, { last, schemaBytes: 0, compressed: true })).toBeNull();
    expect(refusal(110 * MB, { last, schemaBytes: 0, compressed: true })?.code).toBe("disk_full");
    expect(refusal(200 * MB, { last, schemaBytes: 0, compressed: false })?.code).toBe("disk_full");
    expect(refusal(320 * MB, { last, schemaBytes: 0, compressed: false })).toBeNull();
  });

  it("is judged by the size on disk for a first backup, so that none is refused that may fit", () => {
    expect(refusal(120 * MB, { last: null, schemaBytes: 1000 * MB, compressed: true })).toBeNull();
    expect(refusal(110 * MB, { last: null, schemaBytes: 1000 * MB, compressed: true })?.code).toBe("disk_full");
    expect(refusal(400 * MB, { last: null, schemaBytes: 1000 * MB, compressed: false })?.code).toBe("disk_full");
  });

  it("leaves some room for others", () => {
    expect(refusal(10 * MB, { last: null, schemaBytes: 0, compressed: true })?.code).toBe("disk_full");
  });

  it("is not judged where nobody knows what is free", () => {
    expect(refusal(null, { last, schemaBytes: 1e15, compressed: false })).toBeNull();
  });

  it("says how much is needed and how much is free", () => {
    expect(refusal(20 * MB, { last, schemaBytes: 0, compressed: true })).toEqual({
      code: "disk_full",
      message: "The disk is full: about 116.8 MB needed, 20.0 MB free.",
      hint: "Free some space in the backup folder, then retry.",
    });
  });
});
