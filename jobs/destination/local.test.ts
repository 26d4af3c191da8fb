import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { takeFreeNameWithoutLink } from "@/jobs/home/write";
import { failureFrom, folderPlace, givenPlaces, read } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";
import { put } from "@/jobs/testing/put";
import { putOnSmallDisk, putWithoutPermission } from "@/jobs/testing/small-disk";

const signal = new AbortController().signal;
const places = givenPlaces(folderPlace);

async function begin() {
  const place = await places();
  if (place.settings.kind !== "local") throw new Error("no folder");
  return { ...place, folder: place.settings.folder };
}

describe("a folder as a destination", () => {
  it("steps aside for whatever else has the name", async () => {
    const { destination, folder } = await begin();
    await writeFile(path.join(folder, "a.dump.gz"), "theirs");
    await mkdir(path.join(folder, "a-2.dump.gz"));
    await symlink("/nowhere", path.join(folder, "a-3.dump.gz"));
    const placed = await put(destination, "a.dump.gz", Buffer.from("ours"));
    expect(placed.name).toBe("a-4.dump.gz");
    expect(await readFile(path.join(folder, "a.dump.gz"), "utf8")).toBe("theirs");
  });

  it("gives each of many that come at once a name of its own", async () => {
    const { destination } = await begin();
    const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`);
    const all = await Promise.all(texts.map((text) => put(destination, "acme/a.dump", Buffer.from(text))));
    expect(new Set(all.map(({ name }) => name)).size).toBe(12);
    for (const [i, placed] of all.entries()) expect((await read(destination, placed)).toString()).toBe(texts[i]);
  });

  it("is given its name also where a file cannot have two", async () => {
    const { folder } = await begin();
    const [from, to] = [path.join(folder, "partial"), path.join(folder, "a.dump")];
    await writeFile(from, "ours");
    await writeFile(to, "theirs");
    expect(await takeFreeNameWithoutLink(from, to)).toBe(false);
    expect(await readFile(to, "utf8")).toBe("theirs");
    await rm(to);
    expect(await takeFreeNameWithoutLink(from, to)).toBe(true);
    expect(await readFile(to, "utf8")).toBe("ours");
  });

  it("lets nobody but its owner read files or look into folders", async () => {
    const { destination, folder } = await begin();
    await put(destination, "acme/a.dump", Buffer.from("x"));
    const modeOf = async (file: string) => ((await stat(path.join(folder, file))).mode & 0o777).toString(8);
    expect(await modeOf("acme/a.dump")).toBe("600");
    expect(await modeOf("acme")).toBe("700");
    expect(await modeOf(".coffer-partial")).toBe("700");
  });

  it("follows no link, neither on the way nor at its end", async () => {
    const { destination, folder } = await begin();
    const outside = `${folder}-outside`;
    await mkdir(outside);
    await writeFile(path.join(outside, "secret"), "theirs");
    await symlink(outside, path.join(folder, "acme"));
    await symlink(path.join(outside, "secret"), path.join(folder, "link"));
    const refusal = { code: "destination_refused", message: expect.stringContaining("is a link") };
    const behind = { name: "acme/secret", sizeBytes: 6, locator: null };
    expect(await failureFrom(put(destination, "acme/a.dump", Buffer.from("x")))).toMatchObject(refusal);
    expect(await failureFrom(put(destination, "acme/new/a.dump", Buffer.from("x")))).toMatchObject(refusal);
    expect(await failureFrom(read(destination, behind))).toMatchObject(refusal);
    expect(await failureFrom(destination.remove(behind))).toMatchObject(refusal);
    const link = { name: "link", sizeBytes: 6, locator: null };
    expect(await failureFrom(read(destination, link))).toMatchObject({ code: "copy_missing" });
    expect(await destination.size(link)).toBeNull();
    expect(await gather(destination.list() ?? [])).toEqual([]);
    expect(await readdir(outside)).toEqual(["secret"]);
    await rm(outside, { recursive: true });
  });

  it("is away, not empty, when its disk is not mounted, and nothing is put in its place", async () => {
    const { destination, folder } = await begin();
    const placed = await put(destination, "a.dump", Buffer.from("x"));
    await rename(folder, `${folder}-away`);
    for (const isMountPoint of [false, true]) {
      if (isMountPoint) await mkdir(folder);
      const away = { code: "destination_unavailable", message: expect.stringContaining("not the one that was set up") };
      expect(await failureFrom(put(destination, "b.dump", Buffer.from("x")))).toMatchObject(away);
      expect(await failureFrom(read(destination, placed))).toMatchObject(away);
      expect(await failureFrom(destination.size(placed))).toMatchObject(away);
      expect(await failureFrom(destination.remove(placed))).toMatchObject(away);
      expect(await failureFrom(gather(destination.list() ?? []))).toMatchObject(away);
      expect(await failureFrom(destination.freeBytes())).toMatchObject(away);
      expect(await failureFrom(checkDestination(destination, signal, { isKnown: true }))).toMatchObject(away);
    }
    await rm(folder, { recursive: true });
    await rename(`${folder}-away`, folder);
    expect((await checkDestination(destination, signal, { isKnown: true })).freeBytes).toBeGreaterThan(0);
    expect((await read(destination, placed)).toString()).toBe("x");
  });

  it("is made when it is prepared, with the folders above it", async () => {
    const { folder } = await begin();
    const destination = openDestination({ kind: "local", folder: path.join(folder, "not/there/yet") });
    expect((await checkDestination(destination, signal)).freeBytes).toBeGreaterThan(0);
  });

  it("cannot be made below a file, and says so", async () => {
    const { folder } = await begin();
    await writeFile(path.join(folder, "file"), "");
    const destination = openDestination({ kind: "local", folder: path.join(folder, "file/below") });
    expect(await failureFrom(checkDestination(destination, signal))).toMatchObject({ code: "destination_refused" });
  });

  it("sweeps what was not written to for long, and nothing else", async () => {
    const { destination, folder, unfinished } = await begin();
    for (const name of ["old", "new"]) await writeFile(path.join(folder, ".coffer-partial", name), "x");
    await utimes(path.join(folder, ".coffer-partial/old"), 1000, 1000);
    for (const name of ["a.dump", ".coffer-check-old", ".coffer-check-new"])
      await writeFile(path.join(folder, name), "x");
    for (const name of ["a.dump", ".coffer-check-old"]) await utimes(path.join(folder, name), 1000, 1000);
    await destination.sweep(new Date(Date.now() - 3_600_000));
    expect(await unfinished()).toEqual(["new"]);
    expect((await readdir(folder)).sort()).toEqual([".coffer-check-new", ".coffer-partial", "a.dump"]);
  });

  it("keeps no file open", async () => {
    const { destination } = await begin();
    const before = (await readdir("/dev/fd")).length;
    for (let i = 0; i < 20; i++) {
      const placed = await put(destination, "a.dump", randomBytes(2_000_000));
      for await (const _ of destination.get(placed)) break;
    }
    expect((await readdir("/dev/fd")).length).toBeLessThan(before + 10);
  });
});

describe("a folder on a disk", () => {
  it("that is too small refuses a file before any of it is written", async () => {
    const { ended, files } = await putOnSmallDisk("size=4m", { bytes: 20_000_000 });
    expect(ended.message).toMatch(/^The disk of \S+ is full: 20\.0 MB needed, 4\.\d MB free\.$/);
    expect(ended).toMatchObject({ code: "disk_full" });
    expect(files).toEqual([]);
  });

  it("that fills up says how much was needed and is free, and keeps nothing of the file", async () => {
    const { ended, files } = await putOnSmallDisk("size=4m", { bytes: 20_000_000, isTold: false });
    expect(ended.message).toMatch(/^The disk of \S+ is full: [\d.]+ MB needed, [\d.]+ MB free\.$/);
    expect(ended).toMatchObject({ code: "disk_full" });
    expect(files).toEqual([]);
  });

  it("that is mounted read-only is refused", async () => {
    const { ended } = await putOnSmallDisk("ro", { bytes: 10 });
    expect(ended).toMatchObject({ code: "destination_refused", message: expect.stringContaining("read-only") });
  });

  it("that belongs to somebody else is refused", async () => {
    const { ended } = await putWithoutPermission({ bytes: 10 });
    expect(ended).toMatchObject({ code: "destination_refused", message: expect.stringContaining("permission denied") });
  });
});
