import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { attempt, givenSubjects, kinds, publish, sidecar } from "@/jobs/testing/homes";

describe.each(kinds)("%s as the home of backups", (_, make) => {
  const begin = givenSubjects(make);

  it.each([
    ["nothing", []],
    ["one byte", [1]],
    ["many small pieces", Array.from({ length: 3000 }, (_, i) => i % 700)],
    ["pieces of all sizes", [5, 3 * 1024 * 1024, 0, 1, 1024 * 1024, 1024 * 1024 - 1]],
  ])("keeps %s byte for byte", async (_, sizes) => {
    const subject = await begin();
    const staged = await subject.home.stage(attempt());
    const pieces = sizes.map((size) => randomBytes(size));
    for (const piece of pieces) await staged.write(piece);
    const given = await staged.publish("acme/a.dump", sidecar);
    expect((await subject.read(given))?.equals(Buffer.concat(pieces))).toBe(true);
  });

  it("shows nothing under the final name before it is published", async () => {
    const subject = await begin();
    await using staged = await subject.home.stage(attempt());
    await staged.write(Buffer.alloc(2 * 1024 * 1024));
    await staged.flush();
    expect(await subject.read("acme/a.dump")).toBeNull();
    expect(await subject.home.readSidecar("acme/a.dump")).toBeNull();
  });

  it("lets what was written be read before it is published", async () => {
    const { home } = await begin();
    await using staged = await home.stage(attempt());
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
      expect(await subject.home.readSidecar(file)).toBe(sidecar(file));
    }
  });

  it("leaves neither file nor sidecar when the sidecar cannot be made", async () => {
    const subject = await begin();
    await using staged = await subject.home.stage(attempt());
    await staged.write(Buffer.from("x"));
    const broken = () => {
      throw new Error("no manifest");
    };
    await expect(staged.publish("acme/a.dump", broken)).rejects.toThrow("no manifest");
    expect(await subject.read("acme/a.dump")).toBeNull();
    expect(await subject.home.readSidecar("acme/a.dump")).toBeNull();
    expect(await publish(subject, "acme/a.dump")).toBe("acme/a.dump");
  });

  it("keeps what was published when its writer is done with it", async () => {
    const subject = await begin();
    {
      await using staged = await subject.home.stage(attempt());
      await staged.write(Buffer.from("kept"));
      await staged.publish("acme/a.dump", sidecar);
    }
    expect((await subject.read("acme/a.dump"))?.toString()).toBe("kept");
  });
});
