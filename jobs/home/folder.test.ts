import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { homeFolder } from "@/jobs/home/folder";
import { gather } from "@/jobs/testing/gather";

const sidecar = (given: string) => given;
let root = "";

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), "coffer-local-"));
});
afterEach(() => rm(root, { recursive: true }));

async function stage() {
  const staged = await homeFolder(root).stage({ jobId: randomUUID(), fence: 1 });
  await staged.write(Buffer.from("ours"));
  return staged;
}

const modeOf = async (file: string) => ((await stat(path.join(root, file))).mode & 0o777).toString(8);

describe("a local folder", () => {
  it("steps aside for a file that somebody else has put there", async () => {
    await mkdir(path.join(root, "acme"));
    await writeFile(path.join(root, "acme/a.dump"), "theirs");
    expect(await (await stage()).publish("acme/a.dump", sidecar)).toBe("acme/a-2.dump");
    expect(await readFile(path.join(root, "acme/a.dump"), "utf8")).toBe("theirs");
    expect(await readFile(path.join(root, "acme/a-2.dump"), "utf8")).toBe("ours");
    expect((await readdir(path.join(root, "acme"))).sort()).toEqual(["a-2.dump", "a-2.dump.manifest.json", "a.dump"]);
  });

  it("lets nobody but its owner read files or look into folders", async () => {
    await (await stage()).publish("acme/daily/a.dump", sidecar);
    expect(await modeOf("acme/daily/a.dump")).toBe("600");
    expect(await modeOf("acme/daily/a.dump.manifest.json")).toBe("600");
    expect(await modeOf("acme/daily")).toBe("700");
    expect(await modeOf("acme")).toBe("700");
    expect(await modeOf(".partial")).toBe("700");
  });

  it("makes its folder when it is not there", async () => {
    const home = homeFolder(path.join(root, "not/there/yet"));
    expect(await home.freeBytes()).toBeGreaterThan(0);
    expect(await home.unfinished()).toEqual([]);
  });

  it("cannot be made behind a link that leads nowhere, or below a file", async () => {
    await symlink(path.join(root, "nowhere"), path.join(root, "link"));
    await writeFile(path.join(root, "file"), "");
    await expect(homeFolder(path.join(root, "link")).stage({ jobId: randomUUID(), fence: 1 })).rejects.toThrow(
      "ENOENT",
    );
    await expect(homeFolder(path.join(root, "file/x")).freeBytes()).rejects.toThrow("ENOTDIR");
  });

  it("leaves files alone that are not its own", async () => {
    await mkdir(path.join(root, ".partial"));
    await writeFile(path.join(root, ".partial", "notes.txt"), "theirs");
    expect(await homeFolder(root).unfinished()).toEqual([]);
  });

  it("tells of links and folders that stand where a file should, and does not follow them", async () => {
    const home = homeFolder(root);
    for (const name of ["link", "folder", "pipe"]) await (await stage()).publish(`acme/${name}.dump`, sidecar);
    for (const name of ["link", "folder", "pipe"]) await rm(path.join(root, `acme/${name}.dump`));
    await writeFile(path.join(root, "elsewhere"), "ours");
    await symlink(path.join(root, "elsewhere"), path.join(root, "acme/link.dump"));
    await mkdir(path.join(root, "acme/folder.dump"));
    execFileSync("mkfifo", [path.join(root, "acme/pipe.dump")]);
    await symlink(root, path.join(root, "acme/around"));
    execFileSync("mkfifo", [path.join(root, "acme/around.manifest.json")]);
    const none = { sizeBytes: null, modifiedAt: expect.any(Date) };
    const found = (await gather(home.list())).sort((a, b) => a.path.localeCompare(b.path));
    expect(found).toEqual([
      { path: "acme/around", stored: none, hasSidecar: false },
      { path: "acme/around.manifest.json", stored: none, hasSidecar: false },
      ...["folder", "link", "pipe"].map((name) => ({ path: `acme/${name}.dump`, stored: none, hasSidecar: true })),
      { path: "elsewhere", stored: { ...none, sizeBytes: 4 }, hasSidecar: false },
    ]);
    for (const name of ["folder", "link", "pipe"]) {
      expect(await home.stat(`acme/${name}.dump`)).toEqual(none);
      await expect(gather(home.read(`acme/${name}.dump`))).rejects.toThrow();
    }
    expect(await home.stat("elsewhere/below")).toBeNull();
  });

  it("keeps no file open, whether it was published or discarded", async () => {
    const before = (await readdir("/dev/fd")).length;
    for (let i = 1; i < 31; i++) {
      const staged = await stage();
      if (i % 2) await staged.publish(`acme/${i}.dump`, sidecar);
      else await staged[Symbol.asyncDispose]();
      for await (const _ of homeFolder(root).read("acme/1.dump")) break;
    }
    expect((await readdir("/dev/fd")).length).toBeLessThan(before + 10);
  });
});
