import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach } from "vitest";
import { homeFolder } from "@/jobs/home/folder";
import type { Home } from "@/jobs/home/home";

export type Subject = {
  home: Home;
  read(file: string): Promise<Buffer | null>;
  /** Takes the file away behind the backup folder's back, and leaves its sidecar. */
  forget(file: string): Promise<void>;
  remove(): Promise<void>;
};

/** Every kind of home. What one of them passes, all have to. */
export const kinds: [name: string, make: () => Promise<Subject>][] = [
  [
    "a local folder",
    async () => {
      const root = await mkdtemp(path.join(tmpdir(), "coffer-contract-"));
      return {
        home: homeFolder(path.join(root, "backups")),
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

export async function publish({ home }: Subject, wanted: string, bytes = Buffer.from("x")): Promise<string> {
  const staged = await home.stage(attempt());
  await staged.write(bytes);
  return staged.publish(wanted, sidecar);
}

export async function readAll(home: Home, file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of home.read(file)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
