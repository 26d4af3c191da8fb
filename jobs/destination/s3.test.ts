import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { S3Settings } from "@/db/schema";
import { counted, keys, MiB, reopened, textAt } from "@/jobs/testing/bucket";
import { bucketPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { put } from "@/jobs/testing/put";

const begin = givenPlaces(bucketPlace);

describe("a download", () => {
  it.each(["half", "half and silent"] as const)(
    "that gives %s of what is left each time goes on where it broke",
    async (fault) => {
      const place = await begin();
      const bytes = randomBytes(4 * MiB);
      const placed = await put(place.destination, "a.dump", bytes);
      place.server.fail("get", fault, { times: 8 });
      expect((await read(reopened(place, {}, 300), placed)).equals(bytes)).toBe(true);
      place.server.fail("get", fault, { times: 2 });
      expect(
        (await read(reopened(place, {}, 300), placed, { start: 1000, end: 2 * MiB })).equals(
          bytes.subarray(1000, 2 * MiB),
        ),
      ).toBe(true);
      expect(counted(place, "get")).toBeGreaterThanOrEqual(9 + 3);
    },
  );

  it("is not made of two files when another one takes its place", async () => {
    const place = await begin();
    const placed = await put(place.destination, "a.dump", randomBytes(4 * MiB));
    place.server.fail("get", "half");
    const ended = await failureFrom(
      (async () => {
        for await (const _ of place.destination.get(placed)) {
          place.server.contents.objects.set("coffer/here/a.dump", {
            bytes: randomBytes(4 * MiB),
            tag: "other",
            metadata: {},
          });
        }
      })(),
    );
    expect(ended).toMatchObject({ code: "destination_unavailable", message: expect.stringContaining("replaced") });
  });

  it("of a part is one from a server that only gives all", async () => {
    const place = await begin();
    const bytes = randomBytes(MiB);
    const placed = await put(place.destination, "a.dump", bytes);
    place.server.fail("get", "whole");
    expect(
      (await read(place.destination, placed, { start: 100_000, end: 300_000 })).equals(
        bytes.subarray(100_000, 300_000),
      ),
    ).toBe(true);
  });
});

describe("an object that is there already", () => {
  const theirs = { bytes: Buffer.from("theirs"), tag: "t", metadata: {} };

  it("stays, and the new one gets another name", async () => {
    const place = await begin();
    place.server.contents.objects.set("coffer/here/a.dump.gz", theirs);
    expect((await put(place.destination, "a.dump.gz", Buffer.from("ours"))).name).toBe("a-2.dump.gz");
    expect((await put(place.destination, "a.dump.gz", randomBytes(9 * MiB))).name).toBe("a-3.dump.gz");
    expect(textAt(place, "a.dump.gz")).toBe("theirs");
  });

  it("stays also when it came in the same moment as a small one", async () => {
    const place = await begin();
    place.server.contents.objects.set("coffer/here/a.dump", theirs);
    place.server.fail("head", { status: 404, code: "NotFound" });
    expect((await put(place.destination, "a.dump", Buffer.from("ours"))).name).toBe("a-2.dump");
    expect(textAt(place, "a.dump")).toBe("theirs");
  });

  it("stays also when it came while a large one was sent, which is to be tried anew", async () => {
    const place = await begin();
    place.server.fail("head", { status: 404, code: "NotFound" });
    place.server.contents.objects.set("coffer/here/a.dump", theirs);
    expect(await failureFrom(put(place.destination, "a.dump", randomBytes(9 * MiB)))).toMatchObject({
      code: "destination_unavailable",
      message: expect.stringContaining("the same name"),
    });
    expect(textAt(place, "a.dump")).toBe("theirs");
    expect(await place.unfinished()).toEqual([]);
  });

  it("is looked for by a server that knows no conditions", async () => {
    const place = await begin();
    place.server.fail("put", { status: 501, code: "NotImplemented" });
    for (const name of ["a.dump", "b.dump"]) await put(place.destination, name, Buffer.from("small"));
    place.server.fail("complete", { status: 501, code: "NotImplemented" });
    await put(reopened(place), "c.dump", randomBytes(9 * MiB));
    const conditions = place.server.log.flatMap(({ operation, headers }) =>
      operation === "put" || operation === "complete" ? [headers["if-none-match"]] : [],
    );
    expect(conditions).toEqual(["*", undefined, undefined, "*", undefined]);
  });

  it("gives each of many that come at once a name of its own", async () => {
    const place = await begin();
    const texts = Array.from({ length: 8 }, (_, i) => `text ${i}`);
    const all = await Promise.all(texts.map((text) => put(place.destination, "acme/a.dump", Buffer.from(text))));
    expect(new Set(all.map(({ name }) => name)).size).toBe(8);
    for (const [i, placed] of all.entries()) expect((await read(place.destination, placed)).toString()).toBe(texts[i]);
  });
});

it("sweeps uploads of backups that began before then, under its prefix alone", async () => {
  const place = await begin();
  const { uploads } = place.server.contents;
  const [old, young] = [new Date(Date.now() - 7_200_000), new Date()];
  const about = { metadata: {}, parts: new Map() };
  const file = "acme_2026-01-29T153007Z.dump.gz";
  uploads.set("ours", { key: `coffer/here/acme/${file}`, began: old, ...about });
  uploads.set("running", { key: `coffer/here/${file}`, began: young, ...about });
  const part = (at: Date) => ({ bytes: Buffer.alloc(0), tag: "t", metadata: {}, at });
  const long = new Map([part(old), part(young), part(old)].map((each, n) => [n + 1, each]));
  uploads.set("long", { key: `coffer/here/${file}`, began: old, metadata: {}, parts: long });
  uploads.set("theirs", { key: `coffer/hereabouts/${file}`, began: old, ...about });
  uploads.set("beside", { key: "coffer/here/holiday.mp4", began: old, ...about });
  const { objects } = place.server.contents;
  for (const name of ["a.dump", ".coffer-check-old"]) {
    objects.set(`coffer/here/${name}`, { bytes: Buffer.from("x"), tag: "t", metadata: {}, at: old });
  }
  await put(place.destination, ".coffer-check-new", Buffer.from("x"));
  await place.destination.sweep(new Date(Date.now() - 3_600_000));
  expect(keys(place).sort()).toEqual(["coffer/here/.coffer-check-new", "coffer/here/a.dump"]);
  expect([...uploads.keys()]).toEqual(["running", "long", "theirs", "beside"]);
});

it.each([403, 405])("sweeps an upload after a week where it is answered %i who asks for its parts", async (status) => {
  const place = await begin();
  const { uploads } = place.server.contents;
  const key = "coffer/here/acme/acme_2026-01-29T153007Z.dump.gz";
  const about = { key, metadata: {}, parts: new Map() };
  for (const days of [6, 8]) uploads.set(`${days}`, { began: new Date(Date.now() - days * 86_400_000), ...about });
  place.server.fail("parts", { status, code: "AccessDenied" }, { times: 2 });
  await place.destination.sweep(new Date(Date.now() - 3_600_000));
  expect([...uploads.keys()]).toEqual(["6"]);
});

it.each([405, 501])("sweeps what it can when a server answers %i to who asks for uploads", async (status) => {
  const place = await begin();
  place.server.fail("uploads", { status, code: "NotImplemented" });
  const at = new Date(Date.now() - 7_200_000);
  place.server.contents.objects.set("coffer/here/.coffer-check-old", {
    bytes: Buffer.from("x"),
    tag: "t",
    metadata: {},
    at,
  });
  await place.destination.sweep(new Date(Date.now() - 3_600_000));
  expect(keys(place)).toEqual([]);
});

it("gives a link that saves the file under its name, for a while", async () => {
  const place = await begin();
  const placed = await put(place.destination, "acme/a.dump", Buffer.from("bytes"));
  const link = (await place.destination.link(placed, `Ärger "1".dump`, 60)) ?? "";
  const answer = await fetch(link);
  expect(await answer.text()).toBe("bytes");
  expect(answer.headers.get("content-disposition")).toBe(
    `attachment; filename="_rger__1_.dump"; filename*=UTF-8''%C3%84rger%20%221%22.dump`,
  );
  expect(new URL(link).searchParams.get("X-Amz-Expires")).toBe("60");
  expect(link).not.toContain(place.server.settings.secretAccessKey);
});

it("names the bucket in the path or in the host, as it is told", async () => {
  const place = await begin();
  const placed = { name: "a b", sizeBytes: 1, locator: null };
  const linked = (changes: Partial<S3Settings>) => reopened(place, changes).link(placed, "a", 60);
  const endpoint = "https://s3.example.org";
  expect(await linked({ endpoint })).toMatch(/^https:\/\/s3\.example\.org\/backups\/coffer\/here\/a%20b\?/);
  expect(await linked({ endpoint, pathStyle: false })).toMatch(
    /^https:\/\/backups\.s3\.example\.org\/coffer\/here\/a%20b\?/,
  );
  const amazon = { endpoint: null, region: "eu-west-1", pathStyle: false, prefix: "" };
  expect(await linked(amazon)).toMatch(/^https:\/\/backups\.s3\.eu-west-1\.amazonaws\.com\/a%20b\?/);
});
