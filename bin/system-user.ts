import { stat } from "node:fs/promises";
import { run } from "@/bin/run";

export type SystemUser = { name: string; uid: number; gid: number };

/** Whether this process is root, which PostgreSQL refuses to run as. */
export const isRoot = () => process.getuid?.() === 0;

/**
 * The user that our PostgreSQL runs as: nobody else than ourselves (undefined), or when we are root the owner of the
 * data that is there already, else `postgres`, else `nobody`.
 */
export async function postgresUser(data: string): Promise<SystemUser | undefined> {
  if (!isRoot()) return undefined;
  const owner = await stat(data).catch(() => undefined);
  if (owner && owner.uid !== 0) return { name: `user ${owner.uid}`, uid: owner.uid, gid: owner.gid };
  const user = (await lookUp("postgres")) ?? (await lookUp("nobody"));
  if (!user)
    throw new Error("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody.");
  return user;
}

/** Whether this user can enter the folder, through all that lie above it. */
export async function canEnter(user: SystemUser, folder: string): Promise<boolean> {
  const { code } = await run("/bin/sh", ["-c", 'cd "$0"', folder], { as: user, cwd: "/", env: {} });
  return code === 0;
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const [user, group] = await Promise.all([run("id", ["-u", name]), run("id", ["-g", name])]);
  if (user.code !== 0 || group.code !== 0) return undefined;
  // A Mac's nobody is -2, written as the unsigned number that spawn does not take.
  const [uid, gid] = [user.output, group.output].map((text) => Number(text) | 0);
  return uid && gid ? { name, uid, gid } : undefined;
}
