import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { S3Settings } from "@/db/schema";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { bucketPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";
import { put } from "@/jobs/testing/put";
import type { Fault, Operation } from "@/jobs/testing/s3-server";

const MiB = 1024 * 1024;
const signal = new AbortController().signal;
const begin = givenPlaces(bucketPlace);

type Given = Awaited<ReturnType<typeof begin>>;

/** The same place for a client that is content with little. */
const reopened = ({ server }: Given, changes: Partial<S3Settings> = {}, idleMs = 1_000) =>
  openDestination({ kind: "s3", ...server.settings, ...changes }, { idleMs });

const counted = ({ server }: Given, operation: Operation) =>
  server.log.filter((each) => each.operation === operation).length;
const keys = ({ server }: Given) => [...server.contents.objects.keys()];
const textAt = ({ server }: Given, name: string) =>
  server.contents.objects.get(`coffer/here/${name}`)?.bytes.toString();

const troubles: [string, Fault][] = [
  ["500", { status: 500, code: "InternalError" }],
  ["503", { status: 503, code: "SlowDown" }],
  ["nothing but the end of the connection", "cut"],
  ["nothing at all", "silent"],
];

describe("a server that answers with", () => {
  it.each(troubles)(
    "%s three times gets the whole of a large file, that part of it again and no other",
    async (_, fault) => {
      const place = await begin();
      const bytes = randomBytes(3 * 8 * MiB + 5);
      place.server.fail("part", fault, { times: 3, part: 2 });
      // Only what is silent is given up early: on a busy machine, others may be so for a while.
      const placed = await put(fault === "silent" ? reopened(place) : place.destination, "a.dump", bytes);
      expect((await read(place.destination, placed)).equals(bytes)).toBe(true);
      const count = counted(place, "part");
      expect(fault === "silent" ? Math.min(count, 4 + 3) : count).toBe(4 + 3);
      expect(await place.unfinished()).toEqual([]);
    },
  );

  it.each(troubles)("%s once is asked again, whatever it was asked", async (_, fault) => {
    const place = await begin();
    const destination = reopened(place, {}, 300);
    for (const operation of ["head", "put", "create", "complete", "get", "list", "delete"] as const) {
      place.server.fail(operation, fault);
    }
    const small = await put(destination, "small", Buffer.from("small"));
    const large = await put(destination, "large", randomBytes(9 * MiB));
    expect((await read(destination, small)).toString()).toBe("small");
    expect(await gather(destination.list() ?? [])).toHaveLength(2);
    await destination.remove(small);
    expect(keys(place)).toEqual([`coffer/here/${large.name}`]);
  });
});

describe("a server that dies", () => {
  it("before it has joined the parts leaves no part once it is back, and no object", async () => {
    const place = await begin();
    place.server.fail("complete", "cut", { times: 6 });
    const ended = await failureFrom(put(reopened(place), "a.dump", randomBytes(9 * MiB)));
    expect(ended).toMatchObject({ code: "destination_unavailable", message: expect.stringContaining("was lost") });
    expect(await place.unfinished()).toEqual([]);
    expect(keys(place)).toEqual([]);
  });

  it.each(["done and cut", "done and silent"] as const)(
    "when it has %s is found to have kept the file",
    async (fault) => {
      const place = await begin();
      const destination = reopened(place, {}, 300);
      place.server.fail("complete", fault);
      place.server.fail("put", fault);
      const large = await put(destination, "large", randomBytes(9 * MiB));
      const small = await put(destination, "small", Buffer.from("small"));
      expect([large.name, small.name]).toEqual(["large", "small"]);
      expect(keys(place)).toHaveLength(2);
    },
  );

  it("for good is given up in the end", async () => {
    const place = await begin();
    place.server.fail("part", { status: 503, code: "SlowDown" }, { times: 1000 });
    expect(await failureFrom(put(place.destination, "a.dump", randomBytes(20 * MiB)))).toMatchObject({
      code: "destination_unavailable",
      message: expect.stringContaining("(503): SlowDown"),
    });
    expect(await place.unfinished()).toEqual([]);
  });

  it("is not waited for by a put that is aborted", async () => {
    const place = await begin();
    place.server.fail("part", "silent", { times: 1000 });
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const work = put(place.destination, "a.dump", { bytes: randomBytes(100 * MiB), signal: stop.signal });
    await place.server.asked("part");
    stop.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(await place.unfinished()).toEqual([]);
  });
});

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

describe("bytes that change on the way", () => {
  it("are noticed and sent again", async () => {
    const place = await begin();
    const bytes = randomBytes(20 * MiB);
    place.server.fail("part", "other bytes", { times: 2 });
    const placed = await put(place.destination, "a.dump", bytes);
    expect((await read(place.destination, placed)).equals(bytes)).toBe(true);
    expect(counted(place, "part")).toBe(3 + 2);
  });

  it("are told to the server by their sum", async () => {
    const place = await begin();
    await put(place.destination, "a.dump", Buffer.from("x"));
    await put(place.destination, "b.dump", randomBytes(9 * MiB));
    const sums = place.server.log.filter(({ operation }) => operation === "put" || operation === "part");
    expect(sums).toHaveLength(3);
    for (const { headers } of sums) expect(headers["content-md5"]).toMatch(/^[\w+/]{22}==$/);
  });

  it("and a file that is too short in the end is taken away again", async () => {
    const place = await begin();
    const objects = place.server.contents.objects;
    const set = objects.set.bind(objects);
    objects.set = (key, object) => set(key, { ...object, bytes: object.bytes.subarray(1) });
    expect(await failureFrom(put(place.destination, "a.dump", randomBytes(9 * MiB)))).toMatchObject({
      code: "destination_unavailable",
      message: "Of 9437184 bytes that were sent 9437183 have arrived.",
    });
    expect(keys(place)).toEqual([]);
  });
});

describe("a bucket that cannot be used", () => {
  it.each<[string, Partial<S3Settings>, string]>([
    ["that is not there", { bucket: "nobody" }, "There is no bucket nobody."],
    ["whose key is unknown", { accessKeyId: "AKIAOTHER" }, "The server does not know the access key."],
    ["in a private network", { endpoint: "http://10.1.2.3" }, "10.1.2.3 is an address of a private network"],
    ["on the machine's own network", { endpoint: "https://169.254.169.254" }, "private network"],
  ])("%s is refused, with the reason", async (_, changes, why) => {
    const place = await begin();
    const ended = await failureFrom(checkDestination(reopened(place, changes), signal));
    expect(ended).toMatchObject({ code: "destination_refused", message: expect.stringContaining(why) });
    expect(JSON.stringify(ended)).not.toContain(place.server.settings.secretAccessKey);
  });

  it.each<[Fault, string, string]>([
    [{ status: 403, code: "AccessDenied" }, "destination_refused", "no permission"],
    [{ status: 403, code: "SignatureDoesNotMatch" }, "destination_refused", "The secret key is not that"],
    [{ status: 301, code: "PermanentRedirect" }, "destination_refused", "not in the region us-east-1"],
    [{ status: 307, code: "TemporaryRedirect" }, "destination_refused", "(307)"],
    [{ status: 400, code: "AuthorizationHeaderMalformed" }, "destination_refused", "AuthorizationHeaderMalformed"],
    [{ status: 507, code: "XMinioStorageFull" }, "disk_full", "The bucket backups is full"],
  ])("because of %j is told from others", async (fault, code, why) => {
    const place = await begin();
    place.server.fail("head", { status: 404, code: "NotFound" }, { times: 2 });
    place.server.fail("put", fault, { times: 9 });
    place.server.fail("create", fault, { times: 9 });
    const expected = { code, message: expect.stringContaining(why) };
    expect(await failureFrom(put(place.destination, "a", Buffer.from("x")))).toMatchObject(expected);
    expect(await failureFrom(put(place.destination, "a", randomBytes(9 * MiB)))).toMatchObject(expected);
  });

  it("does not answer for files: they are not missing", async () => {
    const place = await begin();
    const placed = { name: "a", sizeBytes: 1, locator: null };
    for (const changes of [{ bucket: "nobody" }, { accessKeyId: "AKIAOTHER" }]) {
      const destination = reopened(place, changes);
      expect(await failureFrom(destination.size(placed))).toMatchObject({ code: "destination_refused" });
      expect(await failureFrom(read(destination, placed))).toMatchObject({ code: "destination_refused" });
    }
  });

  it("is away when nothing answers there", async () => {
    const place = await begin();
    await place.server[Symbol.asyncDispose]();
    expect(await failureFrom(checkDestination(reopened(place), signal))).toMatchObject({
      code: "destination_unavailable",
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ cannot be reached: nothing answers/),
    });
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
  uploads.set("theirs", { key: `coffer/hereabouts/${file}`, began: old, ...about });
  uploads.set("beside", { key: "coffer/here/holiday.mp4", began: old, ...about });
  const { objects } = place.server.contents;
  for (const name of ["a.dump", ".coffer-check-old"]) {
    objects.set(`coffer/here/${name}`, { bytes: Buffer.from("x"), tag: "t", metadata: {}, at: old });
  }
  await put(place.destination, ".coffer-check-new", Buffer.from("x"));
  await place.destination.sweep(new Date(Date.now() - 3_600_000));
  expect(keys(place).sort()).toEqual(["coffer/here/.coffer-check-new", "coffer/here/a.dump"]);
  expect([...uploads.keys()]).toEqual(["running", "theirs", "beside"]);
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
