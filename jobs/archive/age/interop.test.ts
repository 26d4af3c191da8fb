import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { decrypt, encrypt } from "@/jobs/archive/age/testing";

const run = promisify(execFile);
const chunk = 64 * 1024;
const lengths = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk, 1_000_000];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "coffer-age-"));
});
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string) => path.join(folder, name);

/** Two identities as age-keygen writes them, with what it says is their public key. */
async function keygen(name: string) {
  await run("age-keygen", ["-o", at(name)]);
  const text = await readFile(at(name), "utf8");
  const [, recipient = ""] = /public key: (age1\w+)/.exec(text) ?? [];
  const [identity = ""] = /AGE-SECRET-KEY-1\w+/.exec(text) ?? [];
  return { identity, recipient };
}

/** Runs age at a terminal of its own, where it asks for a passphrase as often as it wants to. */
async function ageAtTerminal(command: string, passphrase: string) {
  const child: ChildProcess = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdout?.on("data", (said: Buffer) => {
    if (/assphrase[^\n]*: $/.test(said.toString())) child.stdin?.write(`${passphrase}\n`);
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
}

describe("age and Coffer", () => {
  it("agree on the public key of each other's secret keys", async () => {
    const theirs = await keygen("theirs.key");
    expect(recipientOf(theirs.identity)).toBe(theirs.recipient);
    const ours = generateIdentity();
    await writeFile(at("ours.key"), `${ours}\n`);
    expect((await run("age-keygen", ["-y", at("ours.key")])).stdout.trim()).toBe(recipientOf(ours));
  });

  it.each(lengths)("open each other's files of %i bytes", async (length) => {
    const { identity, recipient } = await keygen(`key-${length}`);
    const other = generateIdentity();
    const plain = randomBytes(length);
    await writeFile(at("plain"), plain);
    await writeFile(at("ours.age"), await encrypt(plain, { recipients: [recipientOf(other), recipient] }, [100_000]));
    // It makes no output file for an empty one.
    const opened = await run("age", ["-d", "-i", at(`key-${length}`), at("ours.age")], {
      encoding: "buffer",
      maxBuffer: 2 * length + 1,
    });
    expect(opened.stdout.equals(plain)).toBe(true);

    await run("age", ["-r", recipient, "-r", recipientOf(other), "-o", at("theirs.age"), at("plain")]);
    for (const one of [identity, other]) {
      expect((await decrypt(await readFile(at("theirs.age")), { identities: [one] })).equals(plain)).toBe(true);
    }
  });

  it("open each other's files with a passphrase", async () => {
    const passphrase = "correct horse ü battery";
    const plain = randomBytes(chunk + 1);
    await writeFile(at("plain"), plain);
    await writeFile(at("ours.age"), await encrypt(plain, { passphrase, workFactor: 12 }));
    await ageAtTerminal(`age -d -o ${at("opened")} ${at("ours.age")}`, passphrase);
    expect((await readFile(at("opened"))).equals(plain)).toBe(true);

    await ageAtTerminal(`age -p -o ${at("locked.age")} ${at("plain")}`, passphrase);
    expect((await decrypt(await readFile(at("locked.age")), { passphrase })).equals(plain)).toBe(true);
  });

  it("both refuse a file that was cut behind a whole chunk", async () => {
    const { identity, recipient } = await keygen("cut.key");
    const sealed = await encrypt(randomBytes(2 * chunk), { recipients: [recipient] });
    await writeFile(at("cut.age"), sealed.subarray(0, -(chunk + 16)));
    await expect(run("age", ["-d", "-i", at("cut.key"), "-o", at("opened"), at("cut.age")])).rejects.toThrow();
    await expect(decrypt(await readFile(at("cut.age")), { identities: [identity] })).rejects.toMatchObject({
      code: "BACKUP_CORRUPT",
    });
  });
});
