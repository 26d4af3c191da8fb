import { type Manifest, manifestSchema } from "@/jobs/archive/manifest";
import type { Server } from "@/jobs/export-backup/check";
import type { Dumped } from "@/jobs/export-backup/dump";
import type { ClaimedJob } from "@/jobs/lifecycle/claim";
import type { Subject } from "@/jobs/lifecycle/subject";
import type { Snapshot } from "@/jobs/postgres/snapshot";

export type Described = { job: ClaimedJob; subject: Subject; server: Server; snapshot: Snapshot; dumped: Dumped };

/** What is to be said of the file that holds the dump. */
export type DescribedFile = Pick<Manifest["file"], "name" | "format" | "sizeBytes" | "sha256" | "dump">;

/** What a dump holds, and its file. */
export function manifestOf({ job, subject, server, snapshot, dumped }: Described, file: DescribedFile): Manifest {
  const { inventory } = snapshot;
  const after = new Map(dumped.sequencesAfter.map((sequence) => [sequence.name, sequence]));
  return manifestSchema.parse({
    manifestVersion: 1,
    job: { id: job.id, fence: job.fence },
    project: {
      id: job.projectId,
      slug: subject.slug,
      name: subject.name,
      schema: subject.schema,
      database: subject.databaseName,
    },
    file: {
      ...file,
      compression: dumped.compression,
      encryption: dumped.encryption,
      originalBytes: dumped.originalBytes,
    },
    snapshotAt: snapshot.takenAt.toISOString(),
    serverVersion: server.version,
    clientVersion: String(dumped.clientMajor),
    schemaVersion: inventory.schemaVersion,
    tables: inventory.tables.map(({ oid, name, kind }) => {
      const { rows = null, bytes = 0, fingerprint = null } = dumped.measured.get(oid) ?? {};
      return { name, kind, rows, bytes, fingerprint };
    }),
    sequences: inventory.sequences.map((sequence) => {
      const later = after.get(sequence.name);
      const hasMoved = later && (later.lastValue !== sequence.lastValue || later.isCalled !== sequence.isCalled);
      return { ...sequence, movedTo: hasMoved ? later.lastValue : null };
    }),
    extensions: inventory.extensions,
    outsideDependencies: inventory.outsideDependencies,
  });
}
