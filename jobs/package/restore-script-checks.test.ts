import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireKey, type TestKey } from "@/jobs/testing/encryption-key";
import { pathWith, testEnv } from "@/jobs/testing/env";
import { copyOf, packageOf } from "@/jobs/testing/exported-package";
import { dumpOf, runAsStranger, runScript } from "@/jobs/testing/package";
import { contentsOf, emptyDatabase } from "@/jobs/testing/restore";
import { realTool, script } from "@/jobs/testing/stand-in";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { flipBit } from "@/jobs/testing/verification";
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

const isRestored = async (url: string) =>
  expect(await contentsOf(url, tenant.schema)).toEqual(await contentsOf(testEnv.tenantUrl, tenant.schema));

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
      const folder = await copyOf(packages[kind]);
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
    const folder = await copyOf(packages.encrypted);
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
    for (const missing of [
      ["sha256sum", "openssl"],
      ["sha256sum", "shasum"],
    ]) {
      const url = await emptyDatabase();
      const PATH = await programsWithout(...missing);
      expect(await runScript(packages.gzip, [url], { PATH })).toMatchObject({ code: 0 });
      await isRestored(url);
      const folder = await copyOf(packages.gzip);
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
