import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkDestination } from "@/jobs/destination/open";
import { failureFrom, givenPlaces, kinds, read } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";
import { put } from "@/jobs/testing/put";

const signal = new AbortController().signal;

describe.each(kinds)("%s as a destination", (_, make) => {
  const begin = givenPlaces(make);

  it.each([0, 1, 59_999, 60_000, 1_048_576, 2_500_001])("keeps %i bytes as they are", async (size) => {
    const { destination } = await begin();
    const bytes = randomBytes(size);
    const placed = await put(destination, "acme/a.dump.gz", bytes);
    expect(placed).toMatchObject({ name: "acme/a.dump.gz", sizeBytes: size });
    expect(await destination.size(placed)).toBe(size);
    expect((await read(destination, placed)).equals(bytes)).toBe(true);
  });

  it.each(["told", "not told"])("keeps a large file whose size it is %s, and says how far it is", async (told) => {
    const { destination, largeBytes } = await begin();
    const bytes = randomBytes(largeBytes);
    const heard: number[] = [];
    const onBytes = (count: number) => heard.push(count);
    const placed = await put(destination, "a.dump", {
      bytes,
      onBytes,
      ...(told === "not told" && { sizeBytes: null }),
    });
    expect((await read(destination, placed)).equals(bytes)).toBe(true);
    expect(heard.length).toBeGreaterThan(1);
    expect(heard).toEqual(heard.toSorted((a, b) => a - b));
    expect(heard.at(-1)).toBe(largeBytes);
  });

  it("needs no more of a file than its name, size and locator as JSON", async () => {
    const { destination, settings } = await begin();
    const placed = JSON.parse(JSON.stringify(await put(destination, "a.dump", Buffer.from("text"))));
    expect(Object.keys(placed)).toEqual(["name", "sizeBytes", "locator"]);
    expect((await read(destination, placed)).toString()).toBe("text");
    expect(JSON.stringify(placed)).not.toContain(JSON.stringify(settings).slice(1, -1));
  });

  it("gives any part of a file", async () => {
    const { destination, largeBytes } = await begin();
    const bytes = randomBytes(largeBytes);
    const placed = await put(destination, "a.dump", bytes);
    const middle = largeBytes >> 1;
    for (const [start, end] of [
      [0, 1],
      [0, largeBytes],
      [largeBytes - 1, undefined],
      [middle, middle + 100_000],
      [1, largeBytes - 1],
      [5, 5],
      [largeBytes - 3, largeBytes + 3],
      [largeBytes, undefined],
      [largeBytes + 10, largeBytes + 20],
    ] as const) {
      const part = await read(destination, placed, { start, end });
      expect(part.equals(bytes.subarray(start, end)), `${start} to ${end}`).toBe(true);
    }
  });

  it("can be left in the middle of a file", async () => {
    const { destination, largeBytes } = await begin();
    const placed = await put(destination, "a.dump", randomBytes(largeBytes));
    for (let i = 0; i < 5; i++) for await (const _ of destination.get(placed)) break;
    expect((await read(destination, placed)).length).toBe(largeBytes);
  });

  it("removes a file, and minds nothing that is gone already", async () => {
    const place = await begin();
    const { destination } = place;
    const placed = await put(destination, "acme/a.dump", randomBytes(place.largeBytes));
    expect(await place.isThere(placed)).toBe(true);
    await destination.remove(placed);
    expect(await place.isThere(placed)).toBe(false);
    await destination.remove(placed);
  });

  it("says of a file that somebody has taken away that it is missing", async () => {
    const place = await begin();
    const { destination } = place;
    const placed = await put(destination, "acme/a.dump", randomBytes(place.largeBytes));
    await place.forget(placed);
    expect(await destination.size(placed)).toBeNull();
    expect(await failureFrom(read(destination, placed))).toMatchObject({ code: "copy_missing" });
    expect(await failureFrom(read(destination, placed, { start: 10, end: 20 }))).toMatchObject({
      code: "copy_missing",
    });
    await destination.remove(placed);
  });

  it("stops to give when that is aborted", async () => {
    const { destination, largeBytes } = await begin();
    const placed = await put(destination, "a.dump", randomBytes(largeBytes));
    const stop = new AbortController();
    const reason = new Error("cancelled");
    await expect(async () => {
      for await (const _ of destination.get(placed, undefined, stop.signal)) stop.abort(reason);
    }).rejects.toBe(reason);
  });

  it("lists every file with its size, if it can tell", async () => {
    const { destination } = await begin();
    const sizes = { "acme/2026/a.dump": 5, "acme/a.dump": 70_000, "other.manifest.json": 0 };
    for (const [name, size] of Object.entries(sizes)) await put(destination, name, randomBytes(size));
    const files = destination.list();
    if (!files) return;
    expect((await gather(files)).sort((a, b) => a.name.localeCompare(b.name))).toEqual(
      Object.entries(sizes).map(([name, sizeBytes]) => ({ name, sizeBytes })),
    );
  });

  it("does not list what a check has left there", async () => {
    const { destination } = await begin();
    await put(destination, ".coffer-check-1", Buffer.from("x"));
    const files = destination.list();
    if (files) expect(await gather(files)).toEqual([]);
  });

  it("is found to be fine, and keeps nothing of the check", async () => {
    const place = await begin();
    const { freeBytes } = await checkDestination(place.destination, signal);
    if (freeBytes !== null) expect(freeBytes).toBeGreaterThan(0);
    const whole = place.destination.list();
    if (whole) expect(await gather(whole)).toEqual([]);
    expect(await place.unfinished()).toEqual([]);
  });

  it("sweeps nothing that is whole", async () => {
    const place = await begin();
    const placed = await put(place.destination, "a.dump", randomBytes(place.largeBytes));
    await place.destination.sweep(new Date(Date.now() + 60_000));
    expect((await read(place.destination, placed)).length).toBe(place.largeBytes);
  });
});

describe.each(kinds.filter(([name]) => name !== "a chat"))("%s", (_, make) => {
  const begin = givenPlaces(make);

  it("gives what is left of a file that has become shorter", async () => {
    const place = await begin();
    const bytes = randomBytes(300_000);
    const placed = await put(place.destination, "a.dump", bytes);
    for (const left of [200_000, 1, 0]) {
      await place.shorten?.(placed, left);
      expect((await read(place.destination, placed)).equals(bytes.subarray(0, left))).toBe(true);
      const end = await read(place.destination, placed, { start: 250_000, end: 300_000 });
      expect(end).toHaveLength(0);
    }
  });
});
