import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { TelegramSettings } from "@/db/schema";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { chatIndex, chatLocator, partName } from "@/jobs/destination/telegram-index";
import { type BotFault, startBotApi } from "@/jobs/testing/bot-api";
import { chatPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { testEnv } from "@/jobs/testing/env";
import { put } from "@/jobs/testing/put";

const signal = new AbortController().signal;
const begin = givenPlaces(chatPlace);

type Given = Awaited<ReturnType<typeof begin>>;

const reopened = ({ server }: Given, changes: Partial<TelegramSettings> = {}) =>
  openDestination({ kind: "telegram", ...server.settings, ...changes }, { idleMs: 300 });
const sentNames = ({ server }: Given) => [...server.messages.values()].map(({ filename }) => filename);
const counted = ({ server }: Given, method: string) => server.log.filter((each) => each.method === method).length;

describe("a file in a chat", () => {
  it("is parts that can be loaded again, and a message that says how they make the file", async () => {
    const place = await begin();
    const bytes = randomBytes(1_000_000);
    const placed = await put(place.destination, "acme/a b.dump.gz", bytes);
    const names = ["a b.dump.gz.001", "a b.dump.gz.002", "a b.dump.gz.003", "a b.dump.gz.004"];
    expect(sentNames(place)).toEqual([...names, "a b.dump.gz-parts.json"]);
    const { parts } = chatLocator.parse(placed.locator);
    expect(parts.map(({ sizeBytes }) => sizeBytes)).toEqual([300_000, 300_000, 300_000, 100_000]);
    const index = [...place.server.messages.values()].at(-1);
    expect(index?.caption).toContain("cat 'a b.dump.gz'.[0-9]* > 'a b.dump.gz'");
    const json = JSON.parse(place.server.files.get(index?.fileId ?? "")?.toString() ?? "");
    expect(json).toMatchObject({ path: "acme/a b.dump.gz", sizeBytes: 1_000_000 });
    expect(json.parts[3]).toEqual({
      filename: "a b.dump.gz.004",
      sizeBytes: 100_000,
      sha256: createHash("sha256").update(bytes.subarray(900_000)).digest("hex"),
      messageId: parts[3]?.messageId,
    });
  });

  it("is put together by a person with what the index says", async () => {
    const place = await begin();
    const bytes = randomBytes(1_000_000);
    await put(place.destination, "it's a.dump", { bytes, sizeBytes: null });
    const folder = await mkdtemp(path.join(tmpdir(), "coffer-chat-"));
    for (const { filename, fileId } of place.server.messages.values()) {
      await writeFile(path.join(folder, filename), place.server.files.get(fileId) ?? "");
    }
    const index = JSON.parse(execFileSync("cat", [path.join(folder, "it's a.dump-parts.json")], { encoding: "utf8" }));
    execFileSync("sh", ["-c", index.restore], { cwd: folder });
    expect(execFileSync("cat", [path.join(folder, "it's a.dump")]).equals(bytes)).toBe(true);
    await rm(folder, { recursive: true });
  });

  it("that is no larger than a part is one message with the file's own name", async () => {
    const place = await begin();
    const placed = await put(place.destination, "acme/a.dump", randomBytes(300_000));
    expect(sentNames(place)).toEqual(["a.dump"]);
    await place.destination.remove(placed);
    expect(sentNames(place)).toEqual([]);
  });

  it("has parts that are no larger than what the server takes, and what it gives", async () => {
    const place = await begin();
    const within = reopened(place, { uploadMaxBytes: 100_000, downloadMaxBytes: 300_000 });
    const { locator } = await put(within, "a.dump", randomBytes(250_000));
    expect(chatLocator.parse(locator).parts.map(({ sizeBytes }) => sizeBytes)).toEqual([100_000, 100_000, 50_000]);
  });

  it("cannot have parts that are larger than what the server takes or gives, and says so", async () => {
    const place = await begin();
    const refusal = { code: "destination_refused", hint: expect.stringContaining("limits") };
    const tooMuch = reopened(place, { uploadMaxBytes: 2e9, downloadMaxBytes: 2e9 });
    expect(await failureFrom(put(tooMuch, "a.dump", randomBytes(600_000)))).toMatchObject(refusal);
    const placed = await put(tooMuch, "a.dump", randomBytes(400_000));
    expect(await failureFrom(read(tooMuch, placed))).toMatchObject(refusal);
  });

  it("is read from a server that gives paths of its own disk", async () => {
    await using server = await startBotApi({ isLocal: true });
    const destination = openDestination({ kind: "telegram", ...server.settings });
    const bytes = randomBytes(1000);
    expect((await read(destination, await put(destination, "a.dump", bytes))).equals(bytes)).toBe(true);
  });

  it("is sent in parts of 20 MB to Telegram's own server", async () => {
    await using server = await startBotApi();
    const destination = openDestination({ kind: "telegram", ...server.settings });
    const bytes = randomBytes(45_000_000);
    const placed = await put(destination, "a.dump", bytes);
    expect((await read(destination, placed)).equals(bytes)).toBe(true);
    expect(chatLocator.parse(placed.locator).parts).toHaveLength(3);
  });
});

describe("a server that asks to wait", () => {
  it("is obeyed before a file, in the middle of one and after it", async () => {
    const place = await begin();
    const wait = { status: 429, description: "Too Many Requests: retry after 1", waitSeconds: 1 };
    place.server.fail("sendDocument", wait);
    place.server.fail("sendDocument", { early: true, ...wait }, { after: 1 });
    place.server.fail("getFile", wait);
    place.server.fail("deleteMessage", wait);
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

it("leaves a message at that which the bot may not delete any more", async () => {
  const place = await begin();
  const placed = await put(place.destination, "a.dump", randomBytes(400_000));
  place.server.fail("deleteMessage", {
    status: 400,
    description: "Bad Request: message can't be deleted for everyone",
  });
  await place.destination.remove(placed);
  expect(sentNames(place)).toEqual(["a.dump-parts.json"]);
});

describe("the bot's token", () => {
  const faults: BotFault[] = [
    { status: 401, description: "Unauthorized" },
    { status: 400, description: "Bad Request: /bot123456:AAVerySecretTokenOfTheBot_-0123456789/ is odd" },
    { status: 500, description: "123456:AAVerySecretTokenOfTheBot_-0123456789" },
    "silent",
    "cut",
    "done and cut",
    "other server",
  ];

  it.each(faults)("is in no error when the server says %j", async (fault) => {
    const place = await begin();
    const placed = await put(place.destination, "a.dump", randomBytes(400_000));
    const destination = reopened(place);
    for (const method of ["sendDocument", "getFile", "deleteMessage", "file"] as const) {
      place.server.fail(method, fault, { times: 1000 });
    }
    const works = [
      () => put(destination, "b.dump", randomBytes(10)),
      () => read(destination, placed),
      () => destination.remove(placed),
    ];
    const errors = await Promise.all(works.map((work) => work().catch((error: unknown) => error)));
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      expect(`${inspect(error, { depth: 10, showHidden: true })} ${JSON.stringify(error)}`).not.toContain("VerySecret");
    }
  });

  it("is in no error when nothing answers, nor in what is kept of a file", async () => {
    const place = await begin();
    const placed = await put(place.destination, "a.dump", randomBytes(10));
    expect(JSON.stringify(placed)).not.toContain("VerySecret");
    for (const apiUrl of ["http://127.0.0.1:1", "http://10.0.0.1", "https://127.0.0.1:1/a b"]) {
      const error = await checkDestination(reopened(place, { apiUrl }), signal).catch((thrown: unknown) => thrown);
      expect(inspect(error, { depth: 10, showHidden: true })).not.toContain("VerySecret");
    }
  });
});

describe("temporary files of parts", () => {
  const left = () => readdir(testEnv.tempDir);

  it("have no name while they are used", async () => {
    const place = await begin();
    process.env.TMPDIR = testEnv.tempDir;
    const seen: string[] = [];
    async function* watched() {
      for (let i = 0; i < 5; i++) {
        yield randomBytes(200_000);
        seen.push(...(await left()));
      }
    }
    await place.destination.put("a.dump", watched(), { signal, sizeBytes: null });
    expect(seen).toEqual([]);
  });
});

describe("names of parts", () => {
  it.each([
    [1, 3, "a.dump.001"],
    [12, 999, "a.dump.012"],
    [12, 1000, "a.dump.0012"],
    [12, null, "a.dump.00012"],
  ])("of the %i. of %s sort", (number, count, expected) =>
    expect(partName("acme/a.dump", number, count)).toBe(expected),
  );

  it("of a file without bytes make an empty file", () => {
    expect(JSON.parse(chatIndex("a.dump", []).bytes.toString()).restore).toBe(": > a.dump");
  });
});
