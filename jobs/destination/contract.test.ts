import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Destination, Listed } from "@/jobs/destination/destination";
import { localDestination } from "@/jobs/destination/local";
import { gather } from "@/jobs/testing/gather";

type Subject = {
  destination: Destination;
  read(file: string): Promise<Buffer | null>;
  /** Takes the file away behind the destination's back, and leaves its sidecar. */
  forget(file: string): Promise<void>;
  remove(): Promise<void>;
};

const kinds: [name: string, make: () => Promise<Subject>][] = [
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

const attempt = (fence = 1, jobId: string = randomUUID()) => ({ jobId, fence });
const sidecar = (given: string) => `{"path":"${given}"}`;

async function listed({ destination }: Subject): Promise<Listed[]> {
  return (await gather(destination.list())).sort((a, b) => a.path.localeCompare(b.path));
}

async function readAll(destination: Destination, file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of destination.read(file)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe.each(kinds)("%s as a destination", (_, make) => {
  const subjects: Subject[] = [];
  afterEach(async () => {
    for (const subject of subjects.splice(0)) await subject.remove();
  });
  async function begin() {
    const subject = await make();
    subjects.push(subject);
    return subject;
  }
  async function publish({ destination }: Subject, wanted: string, bytes = Buffer.from("x")) {
    const staged = await destination.stage(attempt());
    await staged.write(bytes);
    return staged.publish(wanted, sidecar);
  }

  it.each([
    ["nothing", []],
    ["one byte", [1]],
    ["many small pieces", Array.from({ length: 3000 }, (_, i) => i % 700)],
    ["pieces of all sizes", [5, 3 * 1024 * 1024, 0, 1, 1024 * 1024, 1024 * 1024 - 1]],
  ])("keeps %s byte for byte", async (_, sizes) => {
    const subject = await begin();
    const staged = await subject.destination.stage(attempt());
    const pieces = sizes.map((size) => randomBytes(size));
    for (const piece of pieces) await staged.write(piece);
    const given = await staged.publish("acme/a.dump", sidecar);
    expect((await subject.read(given))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("shows nothing under the final name before it is published", async () => {
    const subject = await begin();
    await using staged = await subject.destination.stage(attempt());
    await staged.write(Buffer.alloc(2 * 1024 * 1024));
    await staged.flush();
    expect(await subject.read("acme/a.dump")).toBeNull();
    expect(await subject.destination.readSidecar("acme/a.dump")).toBeNull();
  });

  it("lets what was written be read before it is published", async () => {
    const { destination } = await begin();
    await using staged = await destination.stage(attempt());
    await staged.write(Buffer.from("the whole of it"));
    await staged.flush();
    expect(await readFile(staged.file.path, "utf8")).toBe("the whole of it");
  });

  it("never puts a file over another one", async () => {
    const subject = await begin();
    const given = [];
    for (const text of ["first", "second", "third"]) {
      given.push(await publish(subject, "acme/a.dump.gz", Buffer.from(text)));
    }
    expect(given).toEqual(["acme/a.dump.gz", "acme/a-2.dump.gz", "acme/a-3.dump.gz"]);
    const texts = await Promise.all(given.map(async (file) => (await subject.read(file))?.toString()));
    expect(texts).toEqual(["first", "second", "third"]);
  });

  it("gives each of many that publish at once a name of its own, with a sidecar that says which", async () => {
    const subject = await begin();
    const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`);
    const given = await Promise.all(texts.map((text) => publish(subject, "acme/a.dump", Buffer.from(text))));
    expect(new Set(given).size).toBe(12);
    for (const [i, file] of given.entries()) {
      expect((await subject.read(file))?.toString()).toBe(texts[i]);
      expect(await subject.destination.readSidecar(file)).toBe(sidecar(file));
    }
  });

  it("leaves neither file nor sidecar when the sidecar cannot be made", async () => {
    const subject = await begin();
    await using staged = await subject.destination.stage(attempt());
    await staged.write(Buffer.from("x"));
    const broken = () => {
      throw new Error("no manifest");
    };
    await expect(staged.publish("acme/a.dump", broken)).rejects.toThrow("no manifest");
    expect(await subject.read("acme/a.dump")).toBeNull();
    expect(await subject.destination.readSidecar("acme/a.dump")).toBeNull();
    expect(await publish(subject, "acme/a.dump")).toBe("acme/a.dump");
  });

  it("lists what is unfinished, and nothing of it once it is published or discarded", async () => {
    const { destination } = await begin();
    expect(await destination.unfinished()).toEqual([]);
    const [one, two] = [attempt(1), attempt(7)];
    const first = await destination.stage(one);
    const second = await destination.stage(two);
    expect(await destination.unfinished()).toEqual(expect.arrayContaining([one, two]));
    await first.publish("acme/a.dump", sidecar);
    expect(await destination.unfinished()).toEqual([two]);
    await second[Symbol.asyncDispose]();
    expect(await destination.unfinished()).toEqual([]);
    await second[Symbol.asyncDispose]();
  });

  it("keeps what was published when its writer is done with it", async () => {
    const subject = await begin();
    {
      await using staged = await subject.destination.stage(attempt());
      await staged.write(Buffer.from("kept"));
      await staged.publish("acme/a.dump", sidecar);
    }
    expect((await subject.read("acme/a.dump"))?.toString()).toBe("kept");
  });

  it("discards what this attempt and those before it have left, and nothing else", async () => {
    const { destination } = await begin();
    const jobId = randomUUID();
    const other = attempt(1);
    await using stack = new AsyncDisposableStack();
    for (const each of [attempt(1, jobId), attempt(2, jobId), attempt(3, jobId), other]) {
      await stack.use(await destination.stage(each)).write(Buffer.from("x"));
    }
    await destination.discard({ jobId, fence: 2 });
    expect(await destination.unfinished()).toEqual(expect.arrayContaining([attempt(3, jobId), other]));
    expect(await destination.unfinished()).toHaveLength(2);
    await destination.discard({ jobId, fence: 2 });
  });

  it("finds published files by how they begin", async () => {
    const subject = await begin();
    expect(await subject.destination.published("acme/a")).toEqual([]);
    for (const wanted of ["acme/a_1.dump", "acme/a_1.dump", "acme/a_2.dump", "acme/b_1.dump", "other/a_1.dump"]) {
      await publish(subject, wanted);
    }
    await using staged = await subject.destination.stage(attempt());
    await staged.write(Buffer.from("x"));
    expect(await subject.destination.published("acme/a_1")).toEqual(["acme/a_1-2.dump", "acme/a_1.dump"]);
    expect(await subject.destination.published("acme/a")).toHaveLength(3);
    await expect(subject.destination.published("../acme/a")).rejects.toThrow("out of the destination");
  });

  it("lists every published file once with its size, and a sidecar without its file", async () => {
    const subject = await begin();
    expect(await listed(subject)).toEqual([]);
    await publish(subject, "acme/a.dump", Buffer.from("four"));
    await publish(subject, "acme/daily/b.dump.gz", Buffer.alloc(3_000_000));
    await publish(subject, "other/a.dump", Buffer.from("x"));
    await using staged = await subject.destination.stage(attempt());
    await staged.write(Buffer.from("unfinished"));
    await staged.flush();
    await subject.forget("other/a.dump");
    const about = { modifiedAt: expect.any(Date) };
    expect(await listed(subject)).toEqual([
      { path: "acme/a.dump", stored: { sizeBytes: 4, ...about }, hasSidecar: true },
      { path: "acme/daily/b.dump.gz", stored: { sizeBytes: 3_000_000, ...about }, hasSidecar: true },
      { path: "other/a.dump", stored: null, hasSidecar: true },
    ]);
  });

  it("tells what stands under a name, and reads it", async () => {
    const subject = await begin();
    const bytes = randomBytes(2_500_001);
    const before = Date.now();
    const given = await publish(subject, "acme/a.dump", bytes);
    const stored = await subject.destination.stat(given);
    expect(stored?.sizeBytes).toBe(bytes.length);
    expect(Math.abs((stored?.modifiedAt.getTime() ?? 0) - before)).toBeLessThan(10_000);
    expect((await readAll(subject.destination, given)).equals(bytes)).toBe(true);
    expect(await subject.destination.stat("acme/b.dump")).toBeNull();
    await expect(readAll(subject.destination, "acme/b.dump")).rejects.toThrow();
  });

  it("is there once something was written to it", async () => {
    const { destination } = await begin();
    expect(await destination.isThere()).toBe(false);
    await using _ = await destination.stage(attempt());
    expect(await destination.isThere()).toBe(true);
  });

  it("removes a file with its sidecar, and minds nothing that is gone already", async () => {
    const subject = await begin();
    const given = await publish(subject, "acme/a.dump");
    await subject.destination.remove(given);
    expect(await subject.read(given)).toBeNull();
    expect(await subject.destination.readSidecar(given)).toBeNull();
    await subject.destination.remove(given);
  });

  it.each(["../a", "a/../../b", "/etc/passwd", "..", ".", "", "a/../.."])(
    "refuses the path %j, which leads out of it",
    async (file) => {
      const { destination } = await begin();
      await using staged = await destination.stage(attempt());
      await expect(staged.publish(file, sidecar)).rejects.toThrow("out of the destination");
      await expect(destination.remove(file)).rejects.toThrow("out of the destination");
      await expect(destination.readSidecar(file)).rejects.toThrow("out of the destination");
      await expect(destination.stat(file)).rejects.toThrow("out of the destination");
      await expect(readAll(destination, file)).rejects.toThrow("out of the destination");
    },
  );

  it("knows how much room there is, or says that nobody knows", async () => {
    const { destination } = await begin();
    const free = await destination.freeBytes();
    if (free !== null) expect(free).toBeGreaterThan(0);
  });
});
