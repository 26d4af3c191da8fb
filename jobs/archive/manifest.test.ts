import { describe, expect, it } from "vitest";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import { sampleManifest } from "@/jobs/testing/manifest";

const manifest: Manifest = {
  ...sampleManifest,
  file: { ...sampleManifest.file, encryption: { format: "age", recipients: ["age1x"] } },
};

describe("a manifest", () => {
  it("survives the way into a file and back, digits of a bigint and all", () => {
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });

  it.each([
    ["a version that nobody knows", { manifestVersion: 2 }],
    ["a job that is no uuid", { job: { id: "../../etc/passwd", fence: 1 } }],
    ["rows that are no number", { tables: [{ name: "a", kind: "table", rows: "3", bytes: 1 }] }],
    ["a kind of table that nobody knows", { tables: [{ name: "a", kind: "view", rows: 1, bytes: 1 }] }],
    ["a time that is none", { snapshotAt: "yesterday" }],
  ])("is refused with %s", (_, change) => {
    expect(manifestSchema.safeParse({ ...manifest, ...change }).success).toBe(false);
  });
});
