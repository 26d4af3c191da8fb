import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensureBuilt, root } from "@/bin/build";
import { findChromium } from "@/bin/chromium";
import { ensurePostgres } from "@/bin/install-postgres";
import { ensurePackages } from "@/bin/packages";
import { type Environment, run, say } from "@/bin/run";
import { add, oneOf, playwrightTally, type Tally, vitestTally } from "@/bin/tally";
import { messageOf } from "@/db/errors";

const script = (file: string) => path.join(root, "node_modules", file);
const biome = script("@biomejs/biome/bin/biome");
const tsc = script("typescript/bin/tsc");
const next = script("next/dist/bin/next");
const vitest = script("vitest/vitest.mjs");
const playwright = script("@playwright/test/cli.js");

/** Runs a program of node_modules and shows what it says. Gives its exit code. */
async function node(args: string[], env: Environment = {}): Promise<number | null> {
  return (await run(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, show: true })).code;
}

async function lint(): Promise<Tally> {
  // It would colour a log file as well.
  const colors = process.stdout.isTTY ? "force" : "off";
  return oneOf("Format and lint", (await node([biome, "ci", `--colors=${colors}`, "."])) === 0);
}

async function types(): Promise<Tally> {
  // Next writes the types of the routes, which a fresh checkout has not.
  const generated = await run(process.execPath, [next, "typegen"], { cwd: root });
  if (generated.code !== 0) say(generated.output);
  return oneOf("Types", (await node([tsc, "--noEmit"])) === 0 && generated.code === 0);
}

async function unit(reports: string): Promise<Tally> {
  await ensurePostgres("server");
  await ensurePackages(["igzip", "zstd", "age"]);
  const report = path.join(reports, "vitest.json");
  const code = await node([vitest, "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]);
  return vitestTally(await readReport(report), code === 0);
}

async function build(): Promise<Tally> {
  await ensureBuilt();
  return oneOf("Build", true);
}

async function browser(reports: string): Promise<Tally> {
  if (!(await haveChromium())) return oneOf("Chromium is missing", false);
  const report = path.join(reports, "playwright.json");
  const args = [playwright, "test", "-c", "e2e/playwright.config.ts", "--reporter=list,json"];
  // In the locale C, Chromium calls a download whose name is not all ASCII just "download".
  const code = await node(args, { PLAYWRIGHT_JSON_OUTPUT_FILE: report, LC_ALL: "C.UTF-8" });
  return playwrightTally(await readReport(report), code === 0);
}

async function haveChromium(): Promise<boolean> {
  if (await findChromium()) return true;
  // Where there is one without windows, tests take four fifths of the time.
  for (const program of ["chromium-headless-shell", "chromium"] as const) {
    await ensurePackages([program]);
    if (await findChromium()) return true;
  }
  // Playwright's own download comes last: it does not work behind every firewall.
  await node([playwright, "install", "chromium"]);
  if (await findChromium()) return true;
  say("Chromium was not found and could not be installed. Install it with the system's package manager.");
  return false;
}

async function readReport(file: string): Promise<unknown> {
  return readFile(file, "utf8").then(JSON.parse, () => undefined);
}

/** Runs one stage after a headline. What throws is a failure. */
async function stage(title: string, work: () => Promise<Tally>): Promise<Tally> {
  say(`\n${title}`);
  try {
    return await work();
  } catch (error) {
    say(messageOf(error));
    return oneOf(`${title}: ${messageOf(error)}`, false);
  }
}

async function testAll(): Promise<Tally> {
  const reports = await mkdtemp(path.join(tmpdir(), "coffer-reports-"));
  try {
    const tallies = [
      await stage("Format and lint", lint),
      await stage("Types", types),
      await stage("Unit and integration tests", () => unit(reports)),
    ];
    const built = await stage("Build", build);
    // Without a build there is nothing to click on: that counts as one more failure, not as silence.
    const clicked =
      built.failed > 0
        ? oneOf("Browser tests: there is no build", false)
        : await stage("Browser tests", () => browser(reports));
    return [...tallies, built, clicked].reduce(add);
  } finally {
    await rm(reports, { recursive: true, force: true });
  }
}

const { passed, failed, failures } = await testAll();
for (const failure of failures) console.log(`\nFailed: ${failure}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
