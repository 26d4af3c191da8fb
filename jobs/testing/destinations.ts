import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, truncate } from "node:fs/promises";
import path from "node:path";
import { afterEach } from "vitest";
import type { DestinationSettings } from "@/db/schema";
import type { Destination, Placed, Range } from "@/jobs/destination/destination";
import { openDestination } from "@/jobs/destination/open";
import { chatLocator } from "@/jobs/destination/telegram-index";
import { type BotApi, startBotApi } from "@/jobs/testing/bot-api";
import { testEnv } from "@/jobs/testing/env";
import { type S3Server, startS3Server } from "@/jobs/testing/s3-server";
import { startS3rver } from "@/jobs/testing/s3rver";

/** A destination under test, and a look at it from outside. */
export type Place = AsyncDisposable & {
  settings: DestinationSettings;
  /** Larger than what is stored as one piece there. */
  largeBytes: number;
  /** Whether anybody can still find it there. */
  isThere(placed: Placed): Promise<boolean>;
  /** Takes its bytes away behind the destination's back. */
  forget(placed: Placed): Promise<void>;
  /** Leaves only so many of its first bytes. Not where no file ever becomes shorter. */
  shorten?(placed: Placed, sizeBytes: number): Promise<void>;
  /** What unfinished puts have left. */
  unfinished(): Promise<string[]>;
};

const unique = () => randomBytes(5).toString("hex");

export async function folderPlace(): Promise<Place> {
  const folder = path.join(testEnv.folder, `place-${unique()}`);
  await mkdir(path.dirname(folder), { recursive: true });
  return {
    settings: { kind: "local", folder },
    largeBytes: 3_000_000,
    isThere: ({ name }) => stat(path.join(folder, name)).then(...isOrNot),
    forget: ({ name }) => rm(path.join(folder, name)),
    shorten: ({ name }, sizeBytes) => truncate(path.join(folder, name), sizeBytes),
    unfinished: () => readdir(path.join(folder, ".coffer-partial")),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A bucket of the server that can go wrong. */
export async function bucketPlace(): Promise<Place & { server: S3Server }> {
  const server = await startS3Server();
  const { objects, uploads } = server.contents;
  const keyOf = (name: string) => `${server.settings.prefix}/${name}`;
  return {
    server,
    settings: { kind: "s3", ...server.settings },
    largeBytes: 20_000_000,
    isThere: async ({ name }) => objects.has(keyOf(name)),
    forget: async ({ name }) => void objects.delete(keyOf(name)),
    async shorten({ name }, sizeBytes) {
      const object = objects.get(keyOf(name));
      if (object) objects.set(keyOf(name), { ...object, bytes: object.bytes.subarray(0, sizeBytes) });
    },
    unfinished: async () => [...uploads.keys()],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A bucket of a server that knows no conditions. Unfinished uploads stay, for it cannot end one. */
export async function s3rverPlace(): Promise<Place> {
  const server = await startS3rver();
  const fileOf = (name: string) => path.join(server.directory, "backups/coffer/here", `${name}._S3rver_object`);
  return {
    settings: { kind: "s3", ...server.settings },
    largeBytes: 20_000_000,
    isThere: ({ name }) => stat(fileOf(name)).then(...isOrNot),
    forget: ({ name }) => rm(fileOf(name)),
    shorten: ({ name }, sizeBytes) => truncate(fileOf(name), sizeBytes),
    unfinished: async () => [],
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A chat, with limits so small that a file of a megabyte is several parts. */
export async function chatPlace(): Promise<Place & { server: BotApi }> {
  const server = await startBotApi({ uploadMaxBytes: 500_000, downloadMaxBytes: 300_000 });
  const partsOf = ({ locator }: Placed) => chatLocator.parse(locator).parts;
  return {
    server,
    settings: { kind: "telegram", ...server.settings },
    largeBytes: 1_000_000,
    isThere: async (placed) => partsOf(placed).some(({ messageId }) => server.messages.has(messageId)),
    async forget(placed) {
      for (const { fileId } of partsOf(placed)) server.files.delete(fileId);
    },
    unfinished: async () => [...server.messages.values()].map(({ filename }) => filename),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Every kind of destination. What one of them passes, all have to. */
export const kinds: [name: string, make: () => Promise<Place>][] = [
  ["a local folder", folderPlace],
  ["a bucket", bucketPlace],
  ["a bucket of s3rver", s3rverPlace],
  ["a chat", chatPlace],
];

const isOrNot = [() => true, () => false] as const;

/** What makes places in the tests of a suite, prepared, and takes each away after its test. */
export function givenPlaces<P extends Place>(make: () => Promise<P>): () => Promise<P & { destination: Destination }> {
  const places: Place[] = [];
  afterEach(async () => {
    for (const place of places.splice(0)) await place[Symbol.asyncDispose]();
  });
  return async () => {
    const place = await make();
    places.push(place);
    const destination = openDestination(place.settings, { idleMs: 30_000 });
    await destination.prepare();
    return { ...place, destination };
  };
}

export async function read(destination: Destination, placed: Placed, range?: Range): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of destination.get(placed, range)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The code of the failure that the work ends with. */
export async function failureFrom(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error && "failure" in error) return error.failure;
    throw error;
  }
  return "none";
}
