import { spawnSync } from "node:child_process";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { checkPassing } from "@/jobs/archive/passing-check";
import { script } from "@/jobs/testing/stand-in";
import { unique } from "@/jobs/testing/tenant";

const never = new AbortController().signal;
const expected = { schema: "tenant_x", schemaOid: 1, tableOids: [] };
const plain = { format: "custom", compression: "none" } as const;
const processesWith = (mark: string) => spawnSync("pgrep", ["-f", mark], { encoding: "utf8" }).stdout.trim();

/** A pg_restore of this content. */
const restore = async (lines: string, signal = never) => ({
  path: path.join(await script("pg_restore", lines), "pg_restore"),
  signal,
});

it("takes no more than it needs: what passes after the end of its look costs nothing", async () => {
  const reader = await restore("head -c 10 > /dev/null; echo '1; 2615 1 SCHEMA - tenant_x owner'");
  await using check = checkPassing(plain, expected, reader);
  for (let n = 0; n < 1000; n++) await check.inspect(Buffer.alloc(64 * 1024, 1), never);
  await check.end();
});

it("lets a slow look slow the dump down, instead of keeping the bytes in memory, but not for longer than that may run", async () => {
  const reader = await restore("exec sleep 600");
  const controller = new AbortController();
  await using check = checkPassing(plain, expected, reader);
  let taken = 0;
  const passing = (async () => {
    while (!controller.signal.aborted) {
      await check.inspect(Buffer.alloc(64 * 1024), controller.signal);
      taken++;
    }
  })();
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const held = taken;
  expect(held).toBeLessThan(64);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(taken).toBe(held);
  controller.abort();
  await passing;
});

it("says at the next piece that the archive is not good, and not only at its end", async () => {
  const reader = await restore("echo '1; 2615 7 SCHEMA - tenant_y owner'");
  await using check = checkPassing(plain, expected, reader);
  const passing = (async () => {
    for (;;) {
      await check.inspect(Buffer.alloc(1000), never);
      await new Promise(setImmediate);
    }
  })();
  await expect(passing).rejects.toMatchObject({ failure: { code: "archive_invalid" } });
});

it.each(["custom", "sql"] as const)(
  "leaves no process and no work behind when nobody wants to know (%s)",
  async (format) => {
    const mark = unique();
    const reader = await restore(`: ${mark}; sleep 600`);
    const head = gunzipSync(Buffer.from("H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "base64"));
    {
      await using check = checkPassing({ format, compression: "gzip" }, expected, reader);
      await check.inspect(Buffer.concat([head, Buffer.from([0x1f, 0x8b])]), never);
    }
    expect(processesWith(mark)).toBe("");
  },
);

it("starts nothing before the first piece has come", async () => {
  const mark = unique();
  const reader = await restore(`: ${mark}; sleep 600`);
  await using _check = checkPassing(plain, expected, reader);
  expect(processesWith(mark)).toBe("");
});
