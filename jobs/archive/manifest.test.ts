import { describe, expect, it } from "vitest";
import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";

const manifest: Manifest = {
  manifestVersion: 1,
  job: { id: "018f2d3c-3f6a-4b57-9c9e-0242ac120002", fence: 1 },
  project: { slug: "acme", name: "Acme", schema: "tenant_acme", database: "main" },
  file: {
    name: "acme.dump.age",
    format: "custom",
    compression: "none",
    encryption: { format: "age", recipients: ["age1x"] },
    sizeBytes: 1,
    originalBytes: 1,
    sha256: "00",
    dump: null,
  },
  snapshotAt: "2026-01-29T15:30:07.891Z",
  serverVersion: "15.18",
  clientVersion: "15",
  schemaVersion: "abc",
  tables: [
    { name: "a", kind: "table", rows: 3, bytes: 10, fingerprint: "1:ab" },
    { name: "b", kind: "partitioned table", rows: null, bytes: 0, fingerprint: null },
  ],
  sequences: [{ name: "s", lastValue: "9223372036854775807", isCalled: true, movedTo: null }],
  extensions: [{ name: "plpgsql", version: "1.0", schema: "pg_catalog" }],
  outsideDependencies: [{ kind: "type", name: "citext", schema: "public", extension: "citext" }],
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
