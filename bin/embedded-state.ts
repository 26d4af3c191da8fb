import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { canEnter, type SystemUser } from "@/bin/system-user";
import { AppError, codeOf } from "@/db/errors";

/** `coffer_admin` sets up only; the other two each own the database of that name and are no superusers. */
export const roles = { admin: "coffer_admin", control: "coffer_control", tenants: "coffer_tenants" } as const;
export type Role = keyof typeof roles;

/** What must be known to use the embedded server again. Kept in DATA_DIR/postgres.json, which only its owner may read. */
export type EmbeddedState = {
  /** Holds `data` and `postgres.log`. */
  folder: string;
  port: number | null;
  passwords: Record<Role, string>;
  /** When the demo tenants were made here: they are made once, and stay away when somebody removes them. */
  demoMadeAt: string | null;
};

const stateFile = (dataDir: string) => path.join(dataDir, "postgres.json");

export async function readState(dataDir: string): Promise<EmbeddedState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(dataDir), "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeState(dataDir: string, state: EmbeddedState): Promise<void> {
  const draft = `${stateFile(dataDir)}.new`;
  await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, stateFile(dataDir));
}

/** New passwords, and a folder that the server's user can reach. */
export async function newState(dataDir: string, user: SystemUser | undefined): Promise<EmbeddedState> {
  const folder = await placeServer(dataDir, user);
  if (await exists(path.join(folder, "data"))) {
    throw new AppError(
      "UNAVAILABLE",
      `${path.join(folder, "data")} holds a database, but ${stateFile(dataDir)} with its passwords is gone. ` +
        `Put that file back, or move ${folder} away to start afresh.`,
    );
  }
  const password = () => randomBytes(24).toString("base64url");
  const passwords = { admin: password(), control: password(), tenants: password() };
  const state = { folder, port: null, passwords, demoMadeAt: null };
  await writeState(dataDir, state);
  return state;
}

/** DATA_DIR/postgres, or a folder under /var/lib/coffer when a user other than ours cannot get to DATA_DIR. */
async function placeServer(dataDir: string, user: SystemUser | undefined): Promise<string> {
  const near = path.join(dataDir, "postgres");
  await mkdir(near, { recursive: true, mode: 0o700 });
  if (!user) return near;
  await openTo(near, user);
  if (await canEnter(user, near)) return near;
  await openTo(dataDir, user);
  if (await canEnter(user, near)) return near;
  const name = createHash("sha256")
    .update(await realpath(dataDir))
    .digest("hex")
    .slice(0, 16);
  const far = path.join("/var/lib/coffer", name);
  await mkdir(far, { recursive: true, mode: 0o755 });
  await openTo(far, user);
  await writeFile(
    path.join(near, "README"),
    `The database is in ${far}: ${user.name}, who runs it, cannot enter this folder.\n`,
  );
  return far;
}

/** Lets the user's group pass through, but not look around: what lies inside has permissions of its own. */
async function openTo(folder: string, user: SystemUser): Promise<void> {
  await chown(folder, -1, user.gid);
  await chmod(folder, 0o710);
}

export async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
