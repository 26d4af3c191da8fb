import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { S3Settings } from "@/db/schema";
import { checkDestination } from "@/jobs/destination/open";
import { counted, keys, MiB, reopened } from "@/jobs/testing/bucket";
import { bucketPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";
import { put } from "@/jobs/testing/put";
import type { Fault } from "@/jobs/testing/s3-server";

const signal = new AbortController().signal;
const begin = givenPlaces(bucketPlace);

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

describe("a put that is aborted after it was done, before the answer", () => {
  it.each([
    ["complete", 9 * MiB],
    ["put", 100],
  ] as const)("leaves nothing, unless another attempt may have found it by now (%s)", async (operation, size) => {
    const place = await begin();
    for (const reason of ["cancelled", "lost"]) {
      place.server.fail(operation, "done and silent");
      const stop = new AbortController();
      const work = put(place.destination, "a.dump", { bytes: randomBytes(size), signal: stop.signal });
      work.catch(() => {});
      await expect.poll(() => keys(place), { timeout: 20_000 }).toHaveLength(1);
      stop.abort(reason);
      await expect(work).rejects.toBe(reason);
      expect(keys(place)).toHaveLength(reason === "lost" ? 1 : 0);
    }
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
