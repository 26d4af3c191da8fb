import type { Manifest } from "@/jobs/archive/manifest";

/** The manifest of a small backup, in which there is something of everything. */
export const sampleManifest: Manifest = {
  manifestVersion: 1,
  job: { id: "018f2d3c-3f6a-4b57-9c9e-0242ac120002", fence: 1 },
  project: { slug: "acme", name: "Acme", schema: "tenant_acme", database: "main" },
  file: {
    name: "acme.dump.zst",
    format: "custom",
    compression: "zstd",
    encryption: null,
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
  extensions: [
    { name: "citext", version: "1.6", schema: "public" },
    { name: "pg_trgm", version: "1.6", schema: 'Odd "schema"' },
    { name: "plpgsql", version: "1.0", schema: "pg_catalog" },
  ],
  outsideDependencies: [
    { kind: "type", name: "public.citext", schema: "public", extension: "citext" },
    { kind: "table", name: "countries", schema: "shared", extension: null },
  ],
};
