import { type Ended, run, say } from "@/bin/run";
import { isRoot } from "@/bin/system-user";
import { detectPackageManager, installArguments, onPath, type PackageManager } from "@/jobs/postgres/install-command";

type Names = Partial<Record<PackageManager, string>>;
const same = (name: string): Names => ({
  "apt-get": name,
  dnf: name,
  yum: name,
  apk: name,
  pacman: name,
  zypper: name,
  brew: name,
});

/** Programs that Coffer is faster with, or that its tests use, and the packages that bring them. */
const extras = {
  igzip: { "apt-get": "isal", dnf: "isa-l-tools", yum: "isa-l-tools", apk: "isa-l", pacman: "isa-l", brew: "isa-l" },
  zstd: same("zstd"),
  wrk: same("wrk"),
  faketime: same("faketime"),
  age: { ...same("age"), winget: "FiloSottile.age" },
  "chromium-headless-shell": { "apt-get": "chromium-headless-shell" },
  chromium: { ...same("chromium"), winget: "Google.Chrome" },
} satisfies Record<string, Names>;
export type Extra = keyof typeof extras;

const refreshLists: Partial<Record<PackageManager, string[]>> = { "apt-get": ["update"], pacman: ["-Sy"] };
let refreshed = false;

/** The package manager, when we may use it without being asked for a password. */
export async function usableManager(): Promise<PackageManager | undefined> {
  const manager = await detectPackageManager();
  if (!manager) return undefined;
  // Homebrew refuses root; the others want it.
  if (manager === "brew") return isRoot() ? undefined : manager;
  if (manager === "winget" || isRoot()) return manager;
  if (!(await onPath("sudo"))) return undefined;
  return (await run("sudo", ["-n", "true"])).code === 0 ? manager : undefined;
}

/** Runs a command with the rights that installing needs. */
export function runPrivileged(manager: PackageManager, command: string[]): Promise<Ended> {
  const [program = "", ...args] = ["env", "DEBIAN_FRONTEND=noninteractive", ...command];
  if (manager === "winget") return run(command[0] ?? "", command.slice(1));
  if (manager === "brew" || isRoot()) return run(program, args);
  return run("sudo", ["-n", program, ...args]);
}

/** Installs packages after a look at the newest lists. */
export async function installPackages(manager: PackageManager, packages: string[]): Promise<Ended> {
  const lists = refreshLists[manager];
  if (lists && !refreshed) await runPrivileged(manager, [manager, ...lists]);
  refreshed = true;
  // Another installation may be going on, such as the nightly updates.
  const patience = manager === "apt-get" ? ["-o", "DPkg::Lock::Timeout=120"] : [];
  return runPrivileged(manager, [manager, ...patience, ...installArguments[manager], ...packages]);
}

/** Installs those of the programs that are missing, where that is allowed. Gives those that are still missing. */
export async function ensurePackages(wanted: Extra[]): Promise<Extra[]> {
  const missing: Extra[] = [];
  for (const program of wanted) if (!(await onPath(program))) missing.push(program);
  if (missing.length === 0) return [];
  const manager = await usableManager();
  if (!manager) return missing;
  const still: Extra[] = [];
  for (const program of missing) {
    const names: Names = extras[program];
    const name = names[manager];
    if (name) say(`Installing ${program} …`);
    // One at a time: a name that this system does not know must not keep the others out.
    if (!name || (await installPackages(manager, [name])).code !== 0) still.push(program);
  }
  return still;
}
