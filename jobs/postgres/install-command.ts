import { access, constants } from "node:fs/promises";
import path from "node:path";
import { toolEnv } from "@/jobs/env";

export const packageManagers = ["apt-get", "dnf", "yum", "apk", "pacman", "zypper", "brew", "winget"] as const;
export type PackageManager = (typeof packageManagers)[number];

/** The arguments that install packages without asking anything. */
export const installArguments: Record<PackageManager, string[]> = {
  "apt-get": ["install", "-y", "--no-install-recommends"],
  dnf: ["install", "-y"],
  yum: ["install", "-y"],
  apk: ["add", "--no-cache"],
  pacman: ["-S", "--needed", "--noconfirm"],
  zypper: ["--non-interactive", "install"],
  brew: ["install"],
  winget: ["install", "--exact", "--accept-package-agreements", "--accept-source-agreements"],
};

const anyMajor: Record<PackageManager, { server: string[]; client: string[] }> = {
  "apt-get": { server: ["postgresql", "postgresql-client"], client: ["postgresql-client"] },
  dnf: { server: ["postgresql-server", "postgresql"], client: ["postgresql"] },
  yum: { server: ["postgresql-server", "postgresql"], client: ["postgresql"] },
  apk: { server: ["postgresql", "postgresql-client"], client: ["postgresql-client"] },
  pacman: { server: ["postgresql"], client: ["postgresql-libs"] },
  zypper: { server: ["postgresql-server", "postgresql"], client: ["postgresql"] },
  brew: { server: ["postgresql@17"], client: ["postgresql@17"] },
  winget: { server: ["PostgreSQL.PostgreSQL.17"], client: ["PostgreSQL.PostgreSQL.17"] },
};

/** What the packages of PostgreSQL are called; of one major version when it is given. */
export function postgresPackages(manager: PackageManager, part: "server" | "client", major?: number): string[] {
  if (major === undefined) return anyMajor[manager][part];
  switch (manager) {
    case "apt-get":
      return part === "server" ? [`postgresql-${major}`] : [`postgresql-client-${major}`];
    case "apk":
      return part === "server" ? [`postgresql${major}`, `postgresql${major}-client`] : [`postgresql${major}-client`];
    case "dnf":
    case "yum":
    case "zypper":
      return part === "server" ? [`postgresql${major}-server`, `postgresql${major}`] : [`postgresql${major}`];
    case "brew":
      return [`postgresql@${major}`];
    case "winget":
      return [`PostgreSQL.PostgreSQL.${major}`];
    case "pacman":
      return anyMajor.pacman[part];
  }
}

/** One line to paste into a shell. `sudo` is put in front where the package manager needs it. */
export function installCommand(manager: PackageManager, packages: string[], sudo: boolean): string {
  const line = [manager, ...installArguments[manager], ...packages].join(" ");
  return sudo && manager !== "brew" && manager !== "winget" ? `sudo ${line}` : line;
}

/** How to get PostgreSQL's programs, as a sentence that ends without a full stop. */
export function postgresInstallHint(
  manager: PackageManager | undefined,
  wanted: { part: "server" | "client"; major?: number },
  sudo: boolean,
): string {
  if (!manager)
    return "Get it from https://www.postgresql.org/download/ and put the folder of its programs on PATH or into COFFER_PG_BIN";
  const command = installCommand(manager, postgresPackages(manager, wanted.part, wanted.major), sudo);
  if (manager !== "apt-get" || wanted.major === undefined) return `Install it with: ${command}`;
  // Debian and Ubuntu carry one major version each; PostgreSQL's own package source has all of them.
  const prefix = sudo ? "sudo " : "";
  const addSource = `${prefix}/usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y`;
  return `Install it with: ${installCommand(manager, ["postgresql-common"], sudo)} && ${addSource} && ${command}`;
}

/** The first package manager on PATH. */
export async function detectPackageManager(): Promise<PackageManager | undefined> {
  // A Mac may have other managers beside Homebrew; a Linux with Homebrew has its own first.
  for (const manager of packageManagers) if (await onPath(manager)) return manager;
  return undefined;
}

/** Where a program is on PATH. */
export async function onPath(program: string): Promise<string | undefined> {
  const endings = process.platform === "win32" ? [".exe", ".cmd"] : [""];
  for (const folder of pathFolders()) {
    for (const ending of endings) {
      const file = path.join(folder, program + ending);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** The folders of PATH, and those that a root shell has and a user's may lack. */
export function pathFolders(): string[] {
  const folders = (toolEnv().PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  const system = process.platform === "win32" ? [] : ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];
  return [...new Set([...folders, ...system])];
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
