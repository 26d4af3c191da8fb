import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import type { Destination } from "@/jobs/destination/destination";
import { localDestination } from "@/jobs/destination/local";

export type Subject = {
  destination: Destination;
  read(file: string): Promise<Buffer | null>;
  /** Takes the file away behind the destination's back, and leaves its sidecar. */
  forget(file: string): Promise<void>;
  remove(): Promise<void>;
};

/** Every kind of destination. What one of them passes, all have to. */
export const kinds: [name: string, make: () => Promise<Subject>][] = [
  [
    "a local folder",
    async () => {
      const root = await mkdtemp(path.join(tmpdir(), "coffer-contract-"));
      return {
        destination: localDestination(path.join(root, "backups")),
        read: (file) => readFile(path.join(root, "backups", file)).catch(() => null),
        forget: (file) => rm(path.join(root, "backups", file)),
        remove: () => rm(root, { recursive: true }),
      };
    },
  ],
];

export const attempt = (fence = 1, jobId: string = randomUUID()) => ({ jobId, fence });
export const sidecar = (given: string) => `{"path":"${given}"}`;

/** What makes destinations in the tests of a suite, and takes each away after its test. */
export function givenSubjects(make: () => Promise<Subject>): () => Promise<Subject> {
  const subjects: Subject[] = [];
  afterEach(async () => {
    for (const subject of subjects.splice(0)) await subject.remove();
  });
  return async () => {
    const subject = await make();
    subjects.push(subject);
    return subject;
  };
}

export async function publish({ destination }: Subject, wanted: string, bytes = Buffer.from("x")): Promise<string> {
  const staged = await destination.stage(attempt());
  await staged.write(bytes);
  return staged.publish(wanted, sidecar);
}

export async function readAll(destination: Destination, file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of destination.read(file)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
