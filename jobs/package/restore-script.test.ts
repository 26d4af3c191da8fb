import { chmod, cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireKey, type TestKey } from "@/jobs/testing/encryption-key";
import { pathWith, testEnv } from "@/jobs/testing/env";
import { dumpOf, runAsStranger, runScript, unpackPackage } from "@/jobs/testing/package";
import { contentsOf, emptyDatabase, fileOf } from "@/jobs/testing/restore";
import { realTool, script } from "@/jobs/testing/stand-in";
import { makeTenant, sessions, type Tenant, unique } from "@/jobs/testing/tenant";
import { backupOf, flipBit } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

let tenant: Tenant;
let key: TestKey;
let otherKey: TestKey;
/** Unpacked, to be copied before anything is changed in it. */
const packages: Record<"gzip" | "zstd" | "encrypted", string> = { gzip: "", zstd: "", encrypted: "" };
beforeAll(async () => {
  tenant = await makeTenant();
  otherKey = await addKey();
  await retireKey(otherKey);
  key = await addKey();
  packages.gzip = await packageOf(tenant);
  packages.zstd = await packageOf(tenant, { compression: "zstd" });
  packages.encrypted = await packageOf(tenant, { encrypt: true });
});

const packageOf = async (of: Tenant, options: object = {}) =>
  unpackPackage(fileOf(await backupOf(of, { format: "package", fingerprint: false, ...options })));

async function copyOf(kind: keyof typeof packages): Promise<string> {
  const folder = path.join(testEnv.folder, `copy-${unique()}`);
  await cp(packages[kind], folder, { recursive: true });
  return folder;
}

const schemasOf = async (url: string) =>
  (await sessions(url)<{ name: string }[]>`select nspname as name from pg_namespace where nspname !~ '^pg_'`)
    .map(({ name }) => name)
    .filter((name) => name !== "public" && name !== "information_schema");

/** The PG* variables of an address. */
function variablesOf(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return { PGHOST: hostname, PGPORT: port, PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) };
}

const isRestored = async (url: string) =>
  expect(await contentsOf(url, tenant.schema)).toEqual(await contentsOf(testEnv.tenantUrl, tenant.schema));

describe("restore.sh", () => {
  it("takes the database from the variables of PostgreSQL, or from its argument, which wins", async () => {
    const [one, other] = [await emptyDatabase(), await emptyDatabase()];
    expect(await runScript(packages.gzip, [], variablesOf(one))).toMatchObject({ code: 0 });
    await isRestored(one);
    const name = new URL(other).pathname.slice(1);
    expect(await runScript(packages.gzip, [name], variablesOf(one))).toMatchObject({ code: 0 });
    await isRestored(other);
  });

  it("asks for a database when none is named, and touches none", async () => {
    const url = await emptyDatabase();
    const { PGDATABASE: _, ...variables } = variablesOf(url);
    const { code, said } = await runScript(packages.gzip, [], { ...variables, PGUSER: "nobody" });
    expect([code, said]).toEqual([1, expect.stringContaining("Which database?")]);
  });

  it("refuses when the schema is there, and changes nothing in it", async () => {
    const url = await emptyDatabase();
    await runScript(packages.gzip, [url]);
    await sessions(url).unsafe(`insert into ${tenant.schema}.t1 values (0, 'mine')`);
    const before = await contentsOf(url, tenant.schema);
    const { code, said } = await runScript(packages.gzip, [url]);
    expect([code, said]).toEqual([1, expect.stringContaining("The schema is in this database already")]);
    expect(await contentsOf(url, tenant.schema)).toEqual(before);
  });

  it("says what psql says when the database cannot be reached", async () => {
    const { code, said } = await runScript(packages.gzip, ["nowhere"], { PGHOST: "/nowhere" });
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
    const folder = path.join(testEnv.folder, `a $(id) 'b' ${unique()}`);
    await cp(packages.gzip, folder, { recursive: true });
    const url = await emptyDatabase();
    expect(await runAsStranger("sh", ["restore.sh", url], { cwd: folder })).toMatchObject({ code: 0 });
    expect(await runScript(folder, [await emptyDatabase()])).toMatchObject({ code: 0 });
    await isRestored(url);
  });
});

describe("restore.sh looks at the sha256 before anything else, and runs no other program when", () => {
  /** Programs in front of the real ones that tell that they were called. */
  async function tellTales() {
    const mark = path.join(testEnv.folder, `called-${unique()}`);
    const programs = ["psql", "pg_restore", "age", "gzip", "zstd"];
    const folders = await Promise.all(programs.map((name) => script(name, `echo ${name} >> '${mark}'; exit 1`)));
    return { PATH: pathWith(folders.join(path.delimiter)), called: () => readFile(mark, "utf8").catch(() => "") };
  }

  it.each([
    ["a bit of the dump is flipped", flipBit],
    ["the dump is a byte longer", (dump: string) => writeFile(dump, "x", { flag: "a" })],
    ["the dump is empty", (dump: string) => writeFile(dump, "")],
    ["the dump is missing", (dump: string) => rm(dump)],
    ["SHA256SUMS is missing", (dump: string) => rm(path.join(path.dirname(dump), "SHA256SUMS"))],
    ["SHA256SUMS is empty", (dump: string) => writeFile(path.join(path.dirname(dump), "SHA256SUMS"), "")],
  ])("%s", async (_, damage) => {
    for (const kind of ["gzip", "zstd", "encrypted"] as const) {
      const folder = await copyOf(kind);
      await damage(await dumpOf(folder));
      const { PATH, called } = await tellTales();
      const { code, said } = await runScript(folder, [await emptyDatabase(), key.file], { PATH });
      expect([code, said]).toEqual([1, expect.stringMatching(/sha256|SHA256SUMS|not beside/i)]);
      expect(await called()).toBe("");
    }
  });

  it("all is well, it does call them", async () => {
    const { PATH, called } = await tellTales();
    expect(await runScript(packages.gzip, [await emptyDatabase()], { PATH })).toMatchObject({ code: 1 });
    expect(await called()).toContain("pg_restore");
  });
});

describe("restore.sh of an encrypted dump", () => {
  it("takes the key by its argument or by AGE_IDENTITY", async () => {
    const [one, other] = [await emptyDatabase(), await emptyDatabase()];
    expect(await runScript(packages.encrypted, [one, key.file])).toMatchObject({ code: 0 });
    expect(await runScript(packages.encrypted, [other], { AGE_IDENTITY: key.file })).toMatchObject({ code: 0 });
    await isRestored(one);
    await isRestored(other);
  });

  it.each([
    ["without a key", () => [], /Name the file with the secret key/],
    ["with a file that is not there", () => ["/nowhere/key.txt"], /identity file \/nowhere\/key\.txt is not there/],
    ["with another key", () => [otherKey.file], /no identity matched.*could not be opened/s],
  ])("%s says so, and asks nothing of the server", async (_, more, message) => {
    const psql = await script("psql", "echo 'psql was called'");
    const { code, said } = await runScript(packages.encrypted, ["nowhere", ...more()], { PATH: pathWith(psql) });
    expect([code, said]).toEqual([1, expect.stringMatching(message)]);
    expect(said).not.toContain("psql was called");
  });

  it("takes what somebody has decrypted, so that a place without age can restore it", async () => {
    const folder = await copyOf("encrypted");
    const dump = await dumpOf(folder);
    const plain = dump.replace(/\.age$/, "");
    expect(await runAsStranger("age", ["-d", "-i", key.file, "-o", plain, dump])).toMatchObject({ code: 0 });
    const url = await emptyDatabase();
    const PATH = await programsWithout("age");
    expect(await runScript(folder, [url], { PATH })).toMatchObject({ code: 0 });
    await isRestored(url);
  });
});

/** A folder with all that the script calls, but these. */
async function programsWithout(...missing: string[]): Promise<string> {
  const folder = path.join(testEnv.folder, `programs-${unique()}`);
  await mkdir(folder);
  const usual = ["sh", "dirname", "basename", "cat", "grep", "sha256sum", "shasum", "openssl", "gzip", "zstd", "age"];
  const find = async (name: string) => (await runAsStranger("sh", ["-c", `command -v ${name}`])).said.trim();
  for (const name of usual.filter((name) => !missing.includes(name)))
    await symlink(await find(name), path.join(folder, name));
  for (const name of ["psql", "pg_restore"] as const)
    if (!missing.includes(name)) await symlink(await realTool(name), path.join(folder, name));
  return folder;
}

describe("restore.sh without a program", () => {
  it.each([
    ["psql", "gzip"],
    ["pg_restore", "gzip"],
    ["gzip", "gzip"],
    ["zstd", "zstd"],
    ["age", "encrypted"],
  ] as const)("says that it lacks %s", async (program, kind) => {
    const PATH = await programsWithout(program);
    const { code, said } = await runScript(packages[kind], ["nowhere", key.file], { PATH });
    expect([code, said]).toEqual([1, expect.stringContaining(`The program ${program} is missing. It comes with`)]);
  });

  it("to take a sha256 takes another one, or says that it lacks all", async () => {
    for (const missing of [["sha256sum"], ["sha256sum", "shasum"]]) {
      const url = await emptyDatabase();
      const PATH = await programsWithout(...missing);
      expect(await runScript(packages.gzip, [url], { PATH })).toMatchObject({ code: 0 });
      await isRestored(url);
      const folder = await copyOf("gzip");
      await flipBit(await dumpOf(folder));
      expect((await runScript(folder, [url], { PATH })).said).toContain("The sha256 of");
    }
    const PATH = await programsWithout("sha256sum", "shasum", "openssl");
    expect((await runScript(packages.gzip, ["x"], { PATH })).said).toContain("The program openssl is missing");
  });

  it.each([
    [3900, true],
    [4100, false],
  ])("has %i objects in one transaction: %s", async (objects, single) => {
    const lists = `case "$*" in *--list*) seq ${objects} ;; *) echo "$*"; cat > /dev/null ;; esac`;
    const PATH = pathWith(await script("pg_restore", lists));
    const { code, said } = await runScript(packages.gzip, [await emptyDatabase()], { PATH });
    expect(code).toBe(0);
    expect(said.includes("--single-transaction")).toBe(single);
    expect(said).toContain("--exit-on-error");
  });
});

describe("restore.sh that another shell sources, as the official image does where it is not executable,", () => {
  const sourcing = 'set -Eeo pipefail; run() { for f; do . "$f"; done; echo and on; }; run "$1"/*.sh';

  it.each(["bash", "sh"])(
    "restores into the database of the variables, and lets that shell (%s) go on",
    async (shell) => {
      const folder = await copyOf("gzip");
      await chmod(path.join(folder, "restore.sh"), 0o644);
      const url = await emptyDatabase();
      const env = { ...variablesOf(url), PACKAGE_FOLDER: folder };
      const command = shell === "bash" ? sourcing : sourcing.replace("-Eeo pipefail", "-e");
      const { code, said } = await runAsStranger(shell, ["-c", command, "entrypoint", folder], { env });
      expect([code, said]).toEqual([0, "restore.sh: Restored.\nand on\n"]);
      await isRestored(url);
      const again = await runAsStranger(shell, ["-c", command, "entrypoint", folder], { env });
      expect(again.code).not.toBe(0);
      expect(again.said).not.toContain("and on");
    },
  );
});

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

it("restore.sh is the same whatever it restores", async () => {
  const texts = await Promise.all(
    Object.values(packages).map((folder) => readFile(path.join(folder, "restore.sh"), "utf8")),
  );
  expect(new Set(texts).size).toBe(1);
});
