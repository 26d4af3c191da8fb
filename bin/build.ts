import { createHash } from "node:crypto";
import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { PluginBuild } from "esbuild";
import { exists } from "@/bin/embedded-state";
import { waitForLock } from "@/bin/lock";
import { run, say } from "@/bin/run";
import { AppError } from "@/db/errors";

/** The folder of package.json. */
export const root = path.resolve(import.meta.dirname, "..");

const marker = path.join(root, ".next/coffer-build");
const results = [
  marker,
  path.join(root, ".next/BUILD_ID"),
  path.join(root, "dist/web.js"),
  path.join(root, "dist/worker.js"),
];
const sources = [
  "{app,server,db,jobs,bin,public}/**/*",
  "*.config.*",
  "tsconfig.json",
  "package.json",
  "package-lock.json",
];

export type BuildOptions = {
  /** Build even when nothing changed. */
  force?: boolean;
  /** Show all that the tools say. */
  show?: boolean;
  signal?: AbortSignal;
};

/** Builds pages, web and worker, unless there is a build of exactly these sources. */
export async function ensureBuilt(options: BuildOptions = {}): Promise<void> {
  if (!options.force && (await isCurrent())) return;
  await mkdir(path.join(root, "dist"), { recursive: true });
  const lock = await waitForLock(path.join(root, "dist/build.lock"), 900);
  try {
    // Another process may just have done it.
    if (options.force || !(await isCurrent())) await build(options);
  } finally {
    await lock.release();
  }
}

async function build({ show = false, signal }: BuildOptions): Promise<void> {
  say("Building …");
  const hash = await hashSources();
  await rm(marker, { force: true });
  const next = [path.join(root, "node_modules/next/dist/bin/next"), "build"];
  const env = { ...process.env, ...stage, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" };
  await bundleProcesses();
  const pages = await run(process.execPath, next, { cwd: root, env, show, signal });
  if (pages.code !== 0) throw new AppError("INTERNAL_ERROR", `The build failed.\n${pages.output}`);
  await mkdir(path.dirname(marker), { recursive: true });
  // Last of all: a build that is cut short has no marker.
  await writeFile(marker, hash);
}

// Next loads every route to learn its settings. It must do so anywhere, see no real data and put no secret into a file.
const stage = {
  DATABASE_URL: "postgres://nobody@127.0.0.1:1/none",
  COFFER_SECRET: "for-the-time-of-the-build-only-".repeat(2),
};

/** Makes one file of each, which starts several times as fast. It finds its packages only from within the folder of package.json. */
export async function bundleProcesses(entryPoints = ["bin/web.ts", "bin/worker.ts"], outdir = "dist"): Promise<void> {
  const esbuild = await import("esbuild");
  await esbuild.build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "esm",
    plugins: [{ name: "packages", setup: leavePackagesOut }],
    sourcemap: true,
    logLevel: "warning",
  });
  // Its helper process would live as long as ours.
  await esbuild.stop();
}

/**
 * Packages stay in node_modules, all but drizzle-orm: loading its hundreds of modules one by one takes 250 MB of memory, the
 * part of it that we use takes 20.
 */
function leavePackagesOut({ onResolve }: PluginBuild): void {
  onResolve({ filter: /^[^./]/ }, ({ path: wanted, kind }) => {
    const isOurs = kind === "entry-point" || wanted.startsWith("@/");
    return isOurs || /^drizzle-orm(\/|$)/.test(wanted) ? null : { path: wanted, external: true };
  });
}

async function isCurrent(): Promise<boolean> {
  const there = await Promise.all(results.map(exists));
  return there.every(Boolean) && (await readFile(marker, "utf8")) === (await hashSources());
}

async function hashSources(): Promise<string> {
  const files: string[] = [];
  for await (const entry of glob(sources, { cwd: root, withFileTypes: true })) {
    if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name)) files.push(path.join(entry.parentPath, entry.name));
  }
  const hash = createHash("sha256");
  for (const file of files.sort())
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(await readFile(file))
      .update("\0");
  return hash.digest("hex");
}

if (process.argv[1] === import.meta.filename) await ensureBuilt({ force: true, show: true });
