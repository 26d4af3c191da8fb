import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Listed } from "@/jobs/destination/destination";
import { attempt, givenSubjects, kinds, publish, readAll, type Subject, sidecar } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";

async function listed({ destination }: Subject): Promise<Listed[]> {
  return (await gather(destination.list())).sort((a, b) => a.path.localeCompare(b.path));
}

describe.each(kinds)("%s as a destination", (_, make) => {
  const begin = givenSubjects(make);

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
