import { z } from "zod";

const encryption = z.object({
  /** Version 1: https://age-encryption.org/v1. */
  format: z.literal("age"),
  /** The public keys whose owners can open it. */
  recipients: z.array(z.string()).min(1),
});

export type Encryption = z.infer<typeof encryption>;

/** What a backup holds. Kept with the backup's row and beside its file, so that the file explains itself without Coffer. */
export const manifestSchema = z.object({
  manifestVersion: z.literal(1),
  job: z.object({ id: z.uuid(), fence: z.number().int() }),
  /** The id tells tenants of the same name apart, where installations share a folder. Manifests of old have none. */
  project: z.object({
    id: z.uuid().optional(),
    slug: z.string(),
    name: z.string(),
    schema: z.string(),
    database: z.string(),
  }),
  file: z.object({
    name: z.string(),
    format: z.enum(["custom", "sql", "tar", "package"]),
    compression: z.enum(["gzip", "zstd", "none"]),
    sizeBytes: z.number(),
    /** Null when everybody can read it, as in manifests from before there was encryption. */
    encryption: encryption.nullable().default(null),
    /** Before compression. */
    originalBytes: z.number(),
    sha256: z.string(),
    /** The file inside of a package that is the dump; null when the backup's file is the dump itself. */
    dump: z.object({ name: z.string(), sizeBytes: z.number(), sha256: z.string() }).nullable().default(null),
  }),
  /** When the snapshot was taken, by the database's clock. */
  snapshotAt: z.iso.datetime(),
  serverVersion: z.string(),
  clientVersion: z.string(),
  /** Two backups with the same one have the same columns, types and constraints. */
  schemaVersion: z.string(),
  tables: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(["table", "partitioned table", "materialized view", "foreign table"]),
      /** Counted in the dump's own snapshot; null where the dump holds no rows. */
      rows: z.number().nullable(),
      /** Of its COPY text as last seen while it ran; the file's `originalBytes` is exact. */
      bytes: z.number(),
      /** Of its rows, whatever their order, in the same snapshot (jobs/postgres/fingerprint.ts); null when nobody asked for it. */
      fingerprint: z.string().nullable().default(null),
    }),
  ),
  sequences: z.array(
    z.object({
      name: z.string(),
      /** As text, for a bigint does not fit a number. The value that comes next when `isCalled` is false. */
      lastValue: z.string().nullable(),
      isCalled: z.boolean().default(true),
      /** Where it stood after the dump, if it has moved meanwhile: the file holds some value between the two. */
      movedTo: z.string().nullable().default(null),
    }),
  ),
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
  /** What the schema needs from outside of it: not in the file. */
  outsideDependencies: z.array(
    z.object({ kind: z.string(), name: z.string(), schema: z.string(), extension: z.string().nullable() }),
  ),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** The manifest that a sidecar holds; null when it is none, or one that this version does not understand. */
export function parseManifest(sidecar: string | null): Manifest | null {
  try {
    return manifestSchema.parse(JSON.parse(sidecar ?? ""));
  } catch {
    return null;
  }
}
