import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { type BotFault, startBotApi } from "@/jobs/testing/bot-api";
import { counted, reopened, sentNames } from "@/jobs/testing/chat";
import { chatPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { put } from "@/jobs/testing/put";

const signal = new AbortController().signal;
const begin = givenPlaces(chatPlace);

describe("a server that asks to wait", () => {
  it("is obeyed before a file, in the middle of one and after it", async () => {
    const place = await begin();
    const wait = { status: 429, description: "Too Many Requests: retry after 1", waitSeconds: 1 };
    place.server.fail("sendDocument", wait);
    place.server.fail("sendDocument", { early: true, ...wait }, { after: 1 });
    place.server.fail("getFile", wait);
    place.server.fail("deleteMessages", wait);
    const bytes = randomBytes(700_000);
    const placed = await put(place.destination, "a.dump", bytes);
    expect((await read(place.destination, placed)).equals(bytes)).toBe(true);
    await place.destination.remove(placed);
    expect(place.server.messages.size).toBe(0);
    expect(counted(place, "sendDocument")).toBe(4 + 2);
    const [refused, again] = place.server.log;
    expect((again?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("for each message beyond so many a second gets all of them", async () => {
    await using server = await startBotApi({ perSecond: 2, uploadMaxBytes: 5000, downloadMaxBytes: 5000 });
    const destination = openDestination({ kind: "telegram", ...server.settings });
    const bytes = randomBytes(27_500);
    const placed = await put(destination, "a.dump", bytes);
    expect((await read(destination, placed)).equals(bytes)).toBe(true);
    expect(server.messages.size).toBe(7);
  });

  it("for hours is left to a later attempt", async () => {
    const place = await begin();
    place.server.fail(
      "sendDocument",
      { status: 429, description: "Too Many Requests", waitSeconds: 7200 },
      { after: 1 },
    );
    expect(await failureFrom(put(place.destination, "a.dump", randomBytes(700_000)))).toMatchObject({
      code: "destination_unavailable",
      message: expect.stringContaining("7200 seconds"),
    });
    expect(sentNames(place)).toEqual([]);
  });

  it("is not waited for by a put that is aborted", async () => {
    const place = await begin();
    place.server.fail(
      "sendDocument",
      { status: 429, description: "Too Many Requests", waitSeconds: 600 },
      { after: 1 },
    );
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const onBytes = () => setImmediate(() => stop.abort(reason));
    const work = put(place.destination, "a.dump", { bytes: randomBytes(700_000), signal: stop.signal, onBytes });
    await expect(work).rejects.toBe(reason);
    expect(sentNames(place)).toEqual([]);
  });
});

describe("a server in trouble", () => {
  it.each<[string, BotFault]>([
    ["500", { status: 500, description: "Internal Server Error" }],
    ["502, early", { early: true, status: 502, description: "Bad Gateway" }],
    ["no answer", "silent"],
    ["no connection", "cut"],
    ["no answer of a Bot API server", "other server"],
  ])("with %s three times gets the file all the same", async (_, fault) => {
    const place = await begin();
    for (const method of ["sendDocument", "getFile"] as const) place.server.fail(method, fault, { times: 3, after: 1 });
    const bytes = randomBytes(700_000);
    // Only what is silent is given up early: on a busy machine, others may be so for a while.
    const destination = fault === "silent" ? reopened(place) : place.destination;
    const placed = await put(destination, "a.dump", bytes);
    expect((await read(destination, placed)).equals(bytes)).toBe(true);
    const count = counted(place, "sendDocument");
    expect(fault === "silent" ? Math.min(count, 4 + 3) : count).toBe(4 + 3);
  });

  it("for good is given up, and the parts that were sent are taken back", async () => {
    const place = await begin();
    place.server.fail("sendDocument", { status: 503, description: "Service Unavailable" }, { after: 2, times: 100 });
    expect(await failureFrom(put(place.destination, "a.dump", randomBytes(700_000)))).toMatchObject({
      code: "destination_unavailable",
    });
    expect(sentNames(place)).toEqual([]);
  });

  it("that breaks a download goes on where it broke", async () => {
    const place = await begin();
    const bytes = randomBytes(700_000);
    const placed = await put(place.destination, "a.dump", bytes);
    place.server.fail("file", "half", { times: 4 });
    expect((await read(place.destination, placed)).equals(bytes)).toBe(true);
    expect(place.server.log.some(({ range }) => range?.startsWith("bytes="))).toBe(true);
  });

  it("that may be passing, or say that a file is gone, is the latter only when it is said again and again", async () => {
    const place = await begin();
    const bytes = randomBytes(200_000);
    const placed = await put(place.destination, "a.dump", bytes);
    const fault = { status: 400, description: "Bad Request: wrong file_id or the file is temporarily unavailable" };
    place.server.fail("getFile", fault, { times: 2 });
    expect(await place.destination.size(placed)).toBe(bytes.length);
    place.server.fail("getFile", fault, { times: 2 });
    expect((await read(place.destination, placed)).equals(bytes)).toBe(true);
    expect(counted(place, "getFile")).toBe(3 + 3);
    place.server.fail("getFile", fault, { times: 100 });
    expect(await place.destination.size(placed)).toBeNull();
    expect(counted(place, "getFile")).toBe(3 + 3 + 6);
  });

  it.each<[BotFault, string]>([
    [{ status: 401, description: "Unauthorized" }, "its token is wrong"],
    [{ status: 400, description: "Bad Request: chat not found" }, "no such chat"],
    [{ status: 302, description: "Found" }, "(302)"],
    [{ status: 403, description: "Forbidden: bot was kicked from the channel chat" }, "bot was kicked"],
  ])("that says %j is not asked again", async (fault, why) => {
    const place = await begin();
    place.server.fail("sendDocument", fault);
    const ended = await failureFrom(checkDestination(place.destination, signal));
    expect(ended).toMatchObject({ code: "destination_refused", message: expect.stringContaining(why) });
    expect(counted(place, "sendDocument")).toBe(1);
  });

  it("is refused in a private network", async () => {
    const place = await begin();
    const inside = reopened(place, { apiUrl: "http://192.168.7.7" });
    expect(await failureFrom(checkDestination(inside, signal))).toMatchObject({
      code: "destination_refused",
      message: expect.stringContaining("192.168.7.7 is an address of a private network"),
    });
  });
});
