import { z } from "zod";
import { backupStatus, backupType, copyStatus } from "@/db/schema";
import type { OutputOf } from "@/server/rest/row";

const count = z.number().int().min(0);

/** What is known of a backup. */
export const backupRecord = z
  .strictObject({
    backupId: z.uuid(),
    projectId: z.uuid(),
    filename: z.string().meta({ example: "acme_2026-01-29T153000Z.dump.gz" }),
    createdAt: z.iso.datetime(),
    backupType: z.enum(backupType.enumValues),
    status: z.enum(backupStatus.enumValues),
    format: z.string().meta({ example: "custom" }),
    originalSize: count.meta({ description: "Bytes before compression." }),
    compressedSize: count.meta({ description: "Bytes of the file." }),
    encrypted: z.boolean(),
    compressed: z.boolean(),
    compression: z.string().meta({ example: "gzip" }),
    checksum: z.string().meta({ description: "Of the file, in hex.", example: "9f2c".repeat(16) }),
    checksumAlgorithm: z.literal("sha256"),
    schemaVersion: z
      .string()
      .nullable()
      .meta({ description: "The tenant's own, where it keeps one that Coffer knows how to read." }),
    tableCounts: z
      .record(z.string(), count)
      .meta({ description: "Rows by table, counted in the dump's own snapshot." }),
    totalRecords: count,
    description: z.string().nullable(),
    tags: z.array(z.string()),
    verified: z.boolean(),
    copies: z
      .array(
        z.strictObject({
          destination: z.string(),
          path: z.string().nullable(),
          status: z.enum([
            ...new Set([...backupStatus.enumValues, ...copyStatus.enumValues, "failed", "moved"] as const),
          ]),
        }),
      )
      .meta({
        description:
          "Where the file is kept: `local` is the backup folder, the others are destinations, which lists leave out, as they do the path. `moved`: it was given up there, because another has it.",
      }),
  })
  .meta({ id: "Backup" });

type Copy = OutputOf<"backup.get">["copies"][number];

type Known = Omit<
  OutputOf<"backup.listBackups">["items"][number],
  "userName" | "userEmail" | "tableRows" | "schemaVersion" | "fall"
> & {
  tableRows: Record<string, number> | null;
  schemaVersion: string | null;
  storagePath?: string;
};

export const presentBackup = (backup: Known, copies: Copy[] = []): z.input<typeof backupRecord> => ({
  backupId: backup.id,
  projectId: backup.projectId,
  filename: backup.filename,
  createdAt: backup.createdAt.toISOString(),
  backupType: backup.type,
  status: backup.status,
  format: backup.format,
  originalSize: backup.originalBytes,
  compressedSize: backup.sizeBytes,
  encrypted: backup.encrypted,
  compressed: backup.compression !== "none",
  compression: backup.compression,
  checksum: backup.sha256,
  checksumAlgorithm: "sha256",
  schemaVersion: backup.schemaVersion,
  tableCounts: backup.tableRows ?? {},
  totalRecords: backup.rowCount,
  description: backup.description,
  tags: backup.tags,
  verified: backup.verifiedAt !== null,
  copies: [
    { destination: "local", path: backup.storagePath ?? null, status: backup.movedAt ? "moved" : backup.status },
    ...copies.map(({ destinationName, name, status }) => ({ destination: destinationName, path: name, status })),
  ],
});

/** The same out of the details, which hold the manifest. */
export function presentDetails({ manifest, copies, ...backup }: OutputOf<"backup.get">): z.input<typeof backupRecord> {
  const tableRows = Object.fromEntries(
    manifest.tables.flatMap(({ name, rows }) => (rows === null ? [] : [[name, rows]])),
  );
  return presentBackup({ ...backup, tableRows, schemaVersion: manifest.schemaVersion }, copies);
}
