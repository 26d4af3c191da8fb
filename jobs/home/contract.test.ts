import { randomBytes, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Listed } from "@/jobs/home/home";
import { gather } from "@/jobs/testing/gather";
import { attempt, givenSubjects, kinds, publish, readAll, type Subject, sidecar } from "@/jobs/testing/homes";

async function listed({ home }: Subject): Promise<Listed[]> {
  return (await gather(home.list())).sort((a, b) => a.path.localeCompare(b.path));
}

describe.each(kinds)("%s as the home of backups", (_, make) => {
  const begin = givenSubjects(make);

  it("lists what is unfinished, and nothing of it once it is published or discarded", async () => {
    const { home } = await begin();
    expect(await home.unfinished()).toEqual([]);
    const [one, two] = [attempt(1), attempt(7)];
    const first = await home.stage(one);
    const second = await home.stage(two);
    expect(await home.unfinished()).toEqual(expect.arrayContaining([one, two]));
    await first.publish("acme/a.dump", sidecar);
    expect(await home.unfinished()).toEqual([two]);
    await second[Symbol.asyncDispose]();
    expect(await home.unfinished()).toEqual([]);
    await second[Symbol.asyncDispose]();
  });

  it("discards what this attempt and those before it have left, and nothing else", async () => {
    const { home } = await begin();
    const jobId = randomUUID();
    const other = attempt(1);
    await using stack = new AsyncDisposableStack();
    for (const each of [attempt(1, jobId), attempt(2, jobId), attempt(3, jobId), other]) {
      await stack.use(await home.stage(each)).write(Buffer.from("x"));
    }
    await home.discard({ jobId, fence: 2 });
    expect(await home.unfinished()).toEqual(expect.arrayContaining([attempt(3, jobId), other]));
    expect(await home.unfinished()).toHaveLength(2);
    await home.discard({ jobId, fence: 2 });
  });

  it("finds published files by how they begin", async () => {
    const subject = await begin();
    expect(await subject.home.published("acme/a")).toEqual([]);
    for (const wanted of ["acme/a_1.dump", "acme/a_1.dump", "acme/a_2.dump", "acme/b_1.dump", "other/a_1.dump"]) {
      await publish(subject, wanted);
    }
    await using staged = await subject.home.stage(attempt());
    await staged.write(Buffer.from("x"));
    expect(await subject.home.published("acme/a_1")).toEqual(["acme/a_1-2.dump", "acme/a_1.dump"]);
    expect(await subject.home.published("acme/a")).toHaveLength(3);
    await expect(subject.home.published("../acme/a")).rejects.toThrow("out of the backup folder");
  });

  it("lists every published file once with its size, and a sidecar without its file", async () => {
    const subject = await begin();
    expect(await listed(subject)).toEqual([]);
    await publish(subject, "acme/a.dump", Buffer.from("four"));
    await publish(subject, "acme/daily/b.dump.gz", Buffer.alloc(3_000_000));
    await publish(subject, "other/a.dump", Buffer.from("x"));
    await using staged = await subject.home.stage(attempt());
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
    const stored = await subject.home.stat(given);
    expect(stored?.sizeBytes).toBe(bytes.length);
    expect(Math.abs((stored?.modifiedAt.getTime() ?? 0) - before)).toBeLessThan(10_000);
    expect((await readAll(subject.home, given)).equals(bytes)).toBe(true);
    expect(await subject.home.stat("acme/b.dump")).toBeNull();
    await expect(readAll(subject.home, "acme/b.dump")).rejects.toThrow();
  });

  it("is there once something was written to it", async () => {
    const { home } = await begin();
    expect(await home.isThere()).toBe(false);
    await using _ = await home.stage(attempt());
    expect(await home.isThere()).toBe(true);
  });

  it("gives up a file, whose name stays taken by its sidecar", async () => {
    const subject = await begin();
    const given = await publish(subject, "acme/a.dump");
    await subject.home.giveUp(given);
    await subject.home.giveUp(given);
    expect(await subject.home.stat(given)).toBeNull();
    expect(await subject.home.readSidecar(given)).not.toBeNull();
    expect(await publish(subject, "acme/a.dump")).toBe("acme/a-2.dump");
  });

  it("removes a file with its sidecar, and minds nothing that is gone already", async () => {
    const subject = await begin();
    const given = await publish(subject, "acme/a.dump");
    await subject.home.remove(given);
    expect(await subject.read(given)).toBeNull();
    expect(await subject.home.readSidecar(given)).toBeNull();
    await subject.home.remove(given);
  });

  it.each(["../a", "a/../../b", "/etc/passwd", "..", ".", "", "a/../.."])(
    "refuses the path %j, which leads out of it",
    async (file) => {
      const { home } = await begin();
      await using staged = await home.stage(attempt());
      await expect(staged.publish(file, sidecar)).rejects.toThrow("out of the backup folder");
      await expect(home.remove(file)).rejects.toThrow("out of the backup folder");
      await expect(home.readSidecar(file)).rejects.toThrow("out of the backup folder");
      await expect(home.stat(file)).rejects.toThrow("out of the backup folder");
      await expect(readAll(home, file)).rejects.toThrow("out of the backup folder");
    },
  );

  it("knows how much room there is, or says that nobody knows", async () => {
    const { home } = await begin();
    const free = await home.freeBytes();
    if (free !== null) expect(free).toBeGreaterThan(0);
  });
});
