import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { chatIndex, chatLocator, partName } from "@/jobs/destination/telegram-index";
import { type BotFault, startBotApi } from "@/jobs/testing/bot-api";
import { reopened, sentNames } from "@/jobs/testing/chat";
import { chatPlace, failureFrom, givenPlaces, read } from "@/jobs/testing/destinations";
import { testEnv } from "@/jobs/testing/env";
import { put } from "@/jobs/testing/put";

const signal = new AbortController().signal;
const begin = givenPlaces(chatPlace);

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

it("is removed with few questions, also by a server that only knows one message at a time", async () => {
  const place = await begin();
  const asked = () => place.server.log.filter(({ method }) => method.startsWith("delete")).length;
  await place.destination.remove(await put(place.destination, "a.dump", randomBytes(1_000_000)));
  expect([asked(), sentNames(place)]).toEqual([1, []]);
  const old = await put(place.destination, "a.dump", randomBytes(1_000_000));
  place.server.fail("deleteMessages", { status: 404, description: "Not Found: method not found" });
  await place.destination.remove(old);
  expect([asked(), sentNames(place)]).toEqual([1 + 1 + 5, []]);
});

it("stops to be removed when that is aborted", async () => {
  const place = await begin();
  const placed = await put(place.destination, "a.dump", randomBytes(10));
  place.server.fail("deleteMessages", "silent");
  await expect(place.destination.remove(placed, AbortSignal.timeout(200))).rejects.toMatchObject({
    name: "TimeoutError",
  });
});

it("leaves a message at that which the bot may not delete any more", async () => {
  const place = await begin();
  const refusal = { status: 400, description: "Bad Request: message can't be deleted for everyone" };
  const placed = await put(place.destination, "a.dump", randomBytes(400_000));
  place.server.fail("deleteMessages", refusal);
  place.server.fail("deleteMessage", refusal);
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
    for (const method of ["sendDocument", "getFile", "deleteMessages", "file"] as const) {
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
