import path from "node:path";
import { installPackages, runPrivileged, usableManager } from "@/bin/packages";
import { say } from "@/bin/run";
import { isRoot } from "@/bin/system-user";
import { AppError } from "@/db/errors";
import {
  detectPackageManager,
  installCommand,
  postgresInstallHint,
  postgresPackages,
} from "@/jobs/postgres/install-command";
import { chooseTool, findInstallations, type Installation, type PostgresTool } from "@/jobs/postgres/tools";

export type Part = "server" | "client";

const needed: Record<Part, PostgresTool[]> = {
  server: ["initdb", "postgres", "pg_ctl"],
  client: ["pg_dump", "pg_restore", "psql"],
};

/** Folders of PostgreSQL programs that the operator named in COFFER_PG_BIN. */
export function operatorFolders(): string[] {
  return (process.env.COFFER_PG_BIN ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
}

/** Those that can run a server: first the ones that we also have client programs for, newest first. */
export function serverInstallations(installations: readonly Installation[]): Installation[] {
  const able = installations.filter(({ tools }) => needed.server.every((tool) => tools.has(tool)));
  return able.toSorted(
    (a, b) => Number(hasClients(installations, b.major)) - Number(hasClients(installations, a.major)),
  );
}

function hasClients(installations: readonly Installation[], serverMajor: number): boolean {
  return needed.client.every((tool) => chooseTool(installations, tool, serverMajor));
}

/** Makes sure that PostgreSQL's programs are there, and installs them where it may. Throws with the command to type. */
export async function ensurePostgres(part: Part): Promise<void> {
  const extraFolders = operatorFolders();
  if (isComplete(await findInstallations({ extraFolders }), part)) return;
  const manager = await usableManager();
  if (!manager) throw new AppError("UNAVAILABLE", await missingSentence(part));
  const packages = postgresPackages(manager, part);
  say(`Installing PostgreSQL: ${installCommand(manager, packages, !isRoot())} …`);
  if (manager === "apt-get") await runPrivileged(manager, ["sh", "-c", noMainCluster]);
  const { code, output } = await installPackages(manager, packages);
  if (manager === "apt-get") await runPrivileged(manager, ["sh", "-c", allowMainCluster]);
  if (isComplete(await findInstallations({ extraFolders, refresh: true }), part)) return;
  const reason = code === 0 ? "The packages were installed, but do not hold all programs." : output.slice(-1500);
  throw new AppError("UNAVAILABLE", `${reason}\n${await missingSentence(part)}`);
}

// Debian's package makes and starts a server of its own, unless told not to while it is installed.
const createClusterFile = "/etc/postgresql-common/createcluster.d/coffer.conf";
const noMainCluster = `mkdir -p ${path.dirname(createClusterFile)} && echo 'create_main_cluster = false' > ${createClusterFile}`;
const allowMainCluster = `rm -f ${createClusterFile}; rmdir ${path.dirname(createClusterFile)} 2>/dev/null || true`;

function isComplete(installations: Installation[], part: Part): boolean {
  if (part === "client") return hasClients(installations, 0);
  return serverInstallations(installations).some(({ major }) => hasClients(installations, major));
}

async function missingSentence(part: Part): Promise<string> {
  const programs = part === "server" ? [...needed.server, ...needed.client] : needed.client;
  const hint = postgresInstallHint(await detectPackageManager(), { part }, !isRoot());
  return `Coffer needs PostgreSQL's programs (${programs.join(", ")}), which were not found. ${hint}, then start again.`;
}

/** Why a data directory cannot be used: its major version is not installed. */
export async function noSuchMajor(major: number | undefined, { data, found }: { data: string; found: string[] }) {
  if (major === undefined) return missingSentence("server");
  const hint = postgresInstallHint(await detectPackageManager(), { part: "server", major }, !isRoot());
  const seen = found.length > 0 ? `only ${found.join(", ")} was found` : "none was found";
  return (
    `The data in ${data} was made by PostgreSQL ${major}, and ${seen}. ${hint}. ` +
    "Or carry the data over with pg_upgrade, or move that folder away to start afresh."
  );
}
