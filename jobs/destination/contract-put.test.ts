import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { givenPlaces, kinds, read } from "@/jobs/testing/destinations";
import { gather } from "@/jobs/testing/gather";
import { put } from "@/jobs/testing/put";

const signal = new AbortController().signal;

describe.each(kinds)("%s as a destination", (_, make) => {
  const begin = givenPlaces(make);

  it("puts no file over another one", async () => {
    const { destination } = await begin();
    const one = await put(destination, "acme/a.dump.gz", Buffer.from("one"));
    const two = await put(destination, "acme/a.dump.gz", Buffer.from("two"));
    expect((await read(destination, one)).toString()).toBe("one");
    expect((await read(destination, two)).toString()).toBe("two");
  });

  it("leaves nothing of a put that is aborted, and throws the reason", async () => {
    const place = await begin();
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const onBytes = () => stop.abort(reason);
    const work = put(place.destination, "a.dump", {
      bytes: randomBytes(place.largeBytes),
      signal: stop.signal,
      onBytes,
    });
    await expect(work).rejects.toBe(reason);
    expect(await place.unfinished()).toEqual([]);
    const whole = place.destination.list();
    if (whole) expect(await gather(whole)).toEqual([]);
  });

  it("is aborted while it waits for the next piece", async () => {
    const place = await begin();
    const stop = new AbortController();
    const reason = new Error("cancelled");
    async function* stuck() {
      yield randomBytes(100);
      stop.abort(reason);
      await new Promise(() => {});
    }
    const work = place.destination.put("a.dump", stuck(), { signal: stop.signal, sizeBytes: null });
    await expect(work).rejects.toBe(reason);
    expect(await place.unfinished()).toEqual([]);
  });

  it("throws what the source throws, and leaves nothing of it", async () => {
    const place = await begin();
    const reason = Object.assign(new Error("the source is broken"), { code: "EACCES" });
    async function* broken() {
      yield randomBytes(place.largeBytes);
      throw reason;
    }
    await expect(place.destination.put("a.dump", broken(), { signal, sizeBytes: null })).rejects.toBe(reason);
    expect(await place.unfinished()).toEqual([]);
    const whole = place.destination.list();
    if (whole) expect(await gather(whole)).toEqual([]);
  });

  it.each(["../a", "a/../../b", "/etc/passwd", "..", "", "a//b", "a/./b", "a\nb", "a\\b"])(
    "refuses the name %j",
    async (name) => {
      const { destination } = await begin();
      await expect(put(destination, name, Buffer.from("x"))).rejects.toThrow("out of its destination");
    },
  );

  it("keeps names of any letters", async () => {
    const { destination } = await begin();
    for (const name of ["ä ö/ü.dump", "a+b=c&d%20.dump", "日本/語 (1).dump", "it's.dump"]) {
      const placed = await put(destination, name, Buffer.from(name));
      expect(placed.name).toBe(name);
      expect((await read(destination, placed)).toString()).toBe(name);
    }
  });
});
