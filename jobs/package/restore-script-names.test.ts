import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { packageOf, schemasOf } from "@/jobs/testing/exported-package";
import { runScript } from "@/jobs/testing/package";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { makeTenant, sessions, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

describe("restore.sh of a schema called", () => {
  const names = [
    "$(id)`id`",
    `a"b''c`,
    "two\nlines",
    "-n",
    "--dbname=x",
    "back\\slash \\! id",
    ":'manifest' :x",
    "'; drop schema public; --",
    "%s%n$PATH",
    "Späti 日本 🐘",
  ];

  it.each(names)("%j restores it, and knows that it is there the next time", async (name) => {
    const schema = `${name} ${unique()}`;
    const odd = await makeTenant({ schema, rows: 3 });
    const folder = await packageOf(odd, { compression: "none" });
    const url = await emptyDatabase();
    expect(await runScript(folder, [url])).toMatchObject({ code: 0 });
    expect(await schemasOf(url)).toEqual([schema]);
    expect(await contentsOf(url, schema)).toEqual(await contentsOf(testEnv.tenantUrl, schema));
    expect((await runScript(folder, [url])).said).toContain("The schema is in this database already");
    const files = await Promise.all(
      ["restore.sh", "compose.yaml", "SHA256SUMS"].map((name) => readFile(path.join(folder, name), "utf8")),
    );
    expect(files.filter((text) => text.includes(schema))).toEqual([]);
  });

  it("public restores it where that is empty but for an extension, and nowhere else", async () => {
    const source = await makeTenant({ schema: "public", url: await emptyDatabase() });
    const folder = await packageOf(source);
    const url = await emptyDatabase();
    await sessions(url)`create extension citext schema public`;
    expect(await runScript(folder, [url])).toMatchObject({ code: 0 });
    const { tables, sequences } = await contentsOf(source.url, "public");
    expect(await contentsOf(url, "public")).toMatchObject({ tables, sequences });
    expect((await runScript(folder, [url])).said).toContain("The schema is in this database already");
  });
});
