import { chmod, cp, readFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey } from "@/jobs/testing/encryption-key";
import { testEnv } from "@/jobs/testing/env";
import { copyOf, packageOf, schemasOf, variablesOf } from "@/jobs/testing/exported-package";
import { runAsStranger, runScript } from "@/jobs/testing/package";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { makeTenant, sessions, type Tenant, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

let tenant: Tenant;
let folder: string;
beforeAll(async () => {
  await addKey();
  tenant = await makeTenant();
  folder = await packageOf(tenant);
});

const isRestored = async (url: string) =>
  expect(await contentsOf(url, tenant.schema)).toEqual(await contentsOf(testEnv.tenantUrl, tenant.schema));

describe("restore.sh", () => {
  it("takes the database from the variables of PostgreSQL, or from its argument, which wins", async () => {
    const [one, other] = [await emptyDatabase(), await emptyDatabase()];
    expect(await runScript(folder, [], variablesOf(one))).toMatchObject({ code: 0 });
    await isRestored(one);
    const name = new URL(other).pathname.slice(1);
    expect(await runScript(folder, [name], variablesOf(one))).toMatchObject({ code: 0 });
    await isRestored(other);
  });

  it("asks for a database when none is named, and touches none", async () => {
    const url = await emptyDatabase();
    const { PGDATABASE: _, ...variables } = variablesOf(url);
    const { code, said } = await runScript(folder, [], { ...variables, PGUSER: "nobody" });
    expect([code, said]).toEqual([1, expect.stringContaining("Which database?")]);
  });

  it("refuses when the schema is there, and changes nothing in it", async () => {
    const url = await emptyDatabase();
    await runScript(folder, [url]);
    await sessions(url).unsafe(`insert into ${tenant.schema}.t1 values (0, 'mine')`);
    const before = await contentsOf(url, tenant.schema);
    const { code, said } = await runScript(folder, [url]);
    expect([code, said]).toEqual([1, expect.stringContaining("The schema is in this database already")]);
    expect(await contentsOf(url, tenant.schema)).toEqual(before);
  });

  it("says what psql says when the database cannot be reached", async () => {
    const { code, said } = await runScript(folder, ["nowhere"], { PGHOST: "/nowhere" });
    expect(code).toBe(1);
    expect(said).toMatch(/No such file or directory.*psql could not ask the database/s);
  });

  it("stops at the first failure, and leaves nothing of what came before it", async () => {
    const leaning = await makeTenant();
    const shared = `shared_${unique()}`;
    await leaning.sql.unsafe(`create schema ${shared}; create type ${shared}.mood as enum ('sad');
      create table ${leaning.schema}.zz (mood ${shared}.mood)`);
    const url = await emptyDatabase();
    const { code, said } = await runScript(await packageOf(leaning), [url]);
    expect(code).toBe(1);
    expect(said).toMatch(new RegExp(`schema "${shared}" does not exist.*Nothing was changed\\.`, "s"));
    expect(await schemasOf(url)).toEqual([]);
  });

  it("can be called from any folder, by a path with spaces and signs in it", async () => {
    const odd = path.join(testEnv.folder, `a $(id) 'b' ${unique()}`);
    await cp(folder, odd, { recursive: true });
    const url = await emptyDatabase();
    expect(await runAsStranger("sh", ["restore.sh", url], { cwd: odd })).toMatchObject({ code: 0 });
    expect(await runScript(odd, [await emptyDatabase()])).toMatchObject({ code: 0 });
    await isRestored(url);
  });
});

describe("restore.sh that another shell sources, as the official image does where it is not executable,", () => {
  const sourcing = 'set -Eeo pipefail; run() { for f; do . "$f"; done; echo and on; }; run "$1"/*.sh';

  it.each(["bash", "sh"])(
    "restores into the database of the variables, and lets that shell (%s) go on",
    async (shell) => {
      const copy = await copyOf(folder);
      await chmod(path.join(copy, "restore.sh"), 0o644);
      const url = await emptyDatabase();
      const env = { ...variablesOf(url), PACKAGE_FOLDER: copy };
      const command = shell === "bash" ? sourcing : sourcing.replace("-Eeo pipefail", "-e");
      const { code, said } = await runAsStranger(shell, ["-c", command, "entrypoint", copy], { env });
      expect([code, said]).toEqual([0, "restore.sh: Restored.\nand on\n"]);
      await isRestored(url);
      const again = await runAsStranger(shell, ["-c", command, "entrypoint", copy], { env });
      expect(again.code).not.toBe(0);
      expect(again.said).not.toContain("and on");
    },
  );
});

it("restore.sh is the same whatever it restores", async () => {
  const others = [await packageOf(tenant, { compression: "zstd" }), await packageOf(tenant, { encrypt: true })];
  const texts = await Promise.all(
    [folder, ...others].map((folder) => readFile(path.join(folder, "restore.sh"), "utf8")),
  );
  expect(new Set(texts).size).toBe(1);
});
