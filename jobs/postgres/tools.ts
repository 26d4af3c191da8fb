import { execFile } from "node:child_process";
import { glob, realpath } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { detectPackageManager, isExecutable, pathFolders, postgresInstallHint } from "@/jobs/postgres/install-command";

export const postgresTools = ["initdb", "postgres", "pg_ctl", "pg_dump", "pg_restore", "psql"] as const;
export type PostgresTool = (typeof postgresTools)[number];

/** One folder of PostgreSQL programs, all of one version. */
export type Installation = {
  bin: string;
  major: number;
  /** As PostgreSQL writes it: 15.18, 18beta1. */
  version: string;
  tools: ReadonlySet<PostgresTool>;
  /** Named by the operator: wins over another of the same major version. */
  preferred: boolean;
};

export type FindOptions = {
  /** Folders that the operator named. They are taken as they stand, wrappers too. */
  extraFolders?: readonly string[];
  /** Look again instead of answering from memory. */
  refresh?: boolean;
};

export type ToolChoice = { path: string; major: number } | { missing: string };

const suffix = process.platform === "win32" ? ".exe" : "";

const usualFolders = [
  "/usr/lib/postgresql/*/bin", // Debian, Ubuntu
  "/usr/pgsql-*/bin", // PostgreSQL's own packages for RHEL
  "/usr/lib/postgresql*/bin", // SUSE
  "/usr/libexec/postgresql*", // Alpine
  "/usr/local/pgsql/bin", // built from source
  "/opt/homebrew/opt/postgresql*/bin",
  "/opt/homebrew/opt/libpq/bin",
  "/usr/local/opt/postgresql*/bin",
  "/usr/local/opt/libpq/bin",
  "/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
  "/Applications/Postgres.app/Contents/Versions/*/bin",
];
const windowsFolders = ["C:/Program Files/PostgreSQL/*/bin"];

const remembered = new Map<string, Promise<Installation[]>>();

/** Every PostgreSQL on this machine, newest first. The answer is kept for the life of the process. */
export function findInstallations(options: FindOptions = {}): Promise<Installation[]> {
  const extra = options.extraFolders ?? [];
  const key = extra.join("\n");
  const known = remembered.get(key);
  if (known && !options.refresh) return known;
  const found = lookEverywhere(extra);
  remembered.set(key, found);
  return found;
}

/** The program for a server of this major version, or the sentence that says what to install. */
export async function toolFor(tool: PostgresTool, serverMajor: number, options: FindOptions = {}): Promise<ToolChoice> {
  const known = chooseTool(await findInstallations(options), tool, serverMajor);
  if (known && (await isExecutable(known.path))) return known;
  // Somebody may have installed or removed it since this process started.
  const installations = await findInstallations({ ...options, refresh: true });
  const manager = await detectPackageManager();
  const hint = postgresInstallHint(manager, { part: "client", major: serverMajor }, process.getuid?.() !== 0);
  return (
    chooseTool(installations, tool, serverMajor) ?? { missing: missingTool(tool, { serverMajor, installations, hint }) }
  );
}

/** The same major version, else the lowest newer one: an older client refuses the server, a newer one works. */
export function chooseTool(installations: readonly Installation[], tool: PostgresTool, serverMajor: number) {
  const able = installations
    .filter((installation) => installation.tools.has(tool) && installation.major >= serverMajor)
    .sort((a, b) => a.major - b.major || byWish(a, b) || compareVersions(b.version, a.version));
  const best = able[0];
  return best && { path: path.join(best.bin, tool + suffix), major: best.major };
}

const byWish = (a: Installation, b: Installation) => Number(b.preferred) - Number(a.preferred);

/** What is needed, what was found, how to get it. */
export function missingTool(
  tool: PostgresTool,
  { serverMajor, installations, hint }: { serverMajor: number; installations: readonly Installation[]; hint: string },
): string {
  const found = installations.filter((installation) => installation.tools.has(tool)).map(({ version }) => version);
  const seen = found.length > 0 ? `only ${found.join(", ")} was found` : "none was found";
  return `This server needs ${tool} of PostgreSQL ${serverMajor} or newer; ${seen}. ${hint}.`;
}

/** Reads `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` and its like. */
export function parseVersion(output: string): { major: number; version: string } | undefined {
  // A packager may write its own name into the brackets.
  const version = /\) (\d+(?:\.\d+)*(?:(?:devel|alpha|beta|rc)\d*)?)/.exec(output)?.[1];
  return version === undefined ? undefined : { major: Number.parseInt(version, 10), version };
}

/** Negative when `a` is older than `b`. A beta is older than the release. */
export function compareVersions(a: string, b: string): number {
  const weigh = (version: string) => {
    const [, major = "0", minor] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
    return Number(major) * 1000 + (minor === undefined ? -1 : Number(minor));
  };
  return weigh(a) - weigh(b);
}

async function lookEverywhere(extraFolders: readonly string[]): Promise<Installation[]> {
  const patterns = process.platform === "win32" ? windowsFolders : usualFolders;
  const folders: string[] = [];
  for await (const folder of glob(patterns)) folders.push(folder);
  folders.push(...pathFolders());
  const real = (await Promise.all(folders.map(realFolders))).flat();
  const wished = new Set(extraFolders);
  const found = await Promise.all([...new Set([...wished, ...real])].map((bin) => inspect(bin, wished.has(bin))));
  return found
    .filter((installation) => installation !== undefined)
    .sort((a, b) => compareVersions(b.version, a.version) || byWish(a, b));
}

/**
 * The folders that a folder's programs really live in. A link that ends in a program of another name is a wrapper
 * (Debian's /usr/bin/pg_dump is one) which picks a version by rules of its own: not taken.
 */
async function realFolders(folder: string): Promise<string[]> {
  const files = await Promise.all(
    postgresTools.map((tool) => realpath(path.join(folder, tool + suffix)).catch(() => undefined)),
  );
  const genuine = files.filter((file, index) => file && path.basename(file) === `${postgresTools[index]}${suffix}`);
  return [...new Set(genuine.flatMap((file) => (file ? [path.dirname(file)] : [])))];
}

async function inspect(bin: string, preferred: boolean): Promise<Installation | undefined> {
  const present = await Promise.all(postgresTools.map((tool) => isExecutable(path.join(bin, tool + suffix))));
  const tools = postgresTools.filter((_, index) => present[index]);
  const speaker = tools.find((tool) => tool === "postgres") ?? tools.find((tool) => tool !== "initdb");
  if (!speaker) return undefined;
  try {
    const { stdout } = await promisify(execFile)(path.join(bin, speaker + suffix), ["--version"], { timeout: 5000 });
    const version = parseVersion(stdout);
    return version && { bin, ...version, tools: new Set(tools), preferred };
  } catch {
    // A program that cannot even tell its version (wrong architecture, missing library) is as good as absent.
    return undefined;
  }
}
