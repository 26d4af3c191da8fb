import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { tenantSql } from "@/jobs/testing/tenant";

// postgres.js waited for ever when the last bytes had left before the server said what is wrong with them (patched).
it.each([
  ["small", 1],
  ["large", 20_000],
])("a COPY of a %s file ends with what the server says of a bad value, and its session goes on", async (_, pieces) => {
  async function* rows() {
    yield "1,a\nx,b\n";
    for (let n = 0; n < pieces; n++) yield `${n},${"c".repeat(1000)}\n`;
  }
  await tenantSql().begin(async (tx) => {
    await tx.unsafe("create temp table copied (a int, b text) on commit drop");
    const copy = tx.savepoint(async (inner) =>
      pipeline(Readable.from(rows()), await inner.unsafe("copy copied from stdin (format csv)").writable()),
    );
    await expect(copy).rejects.toMatchObject({ code: "22P02", message: 'invalid input syntax for type integer: "x"' });
    await pipeline(Readable.from(["1,a\n"]), await tx.unsafe("copy copied from stdin (format csv)").writable());
    expect(await tx.unsafe("select a, b from copied")).toMatchObject([{ a: 1, b: "a" }]);
  });
});
