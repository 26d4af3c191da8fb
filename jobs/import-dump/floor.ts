import path from "node:path";
import { jobsEnv } from "@/jobs/env";
import { failed } from "@/jobs/lifecycle/failure";
import { compareVersions, findInstallations } from "@/jobs/postgres/tools";

/** In older ones a crafted archive makes pg_restore run whatever it wants. */
export const fixedIn = ["14.25", "15.20", "16.16", "17.12", "18.7"];

/** The first that can be told to obey no commands but ours. */
const restrictsSince = ["14.19", "15.14", "16.10", "17.6", "18.0"];

/** Whether a program of this version is not older than the floor of its major version. */
export function isAtLeast(version: string, floors: readonly string[]): boolean {
  const major = Number.parseInt(version, 10);
  const floor = floors.find((one) => Number.parseInt(one, 10) === major);
  return floor === undefined ? major > 18 : compareVersions(version, floor) >= 0;
}

/** Where the newest pg_restore is that may read archives of strangers. Fails when there is none. */
export const safePgRestore = (): Promise<string> =>
  newest(
    "pg_restore",
    fixedIn,
    "A crafted archive can make an older one run anything. A plain SQL dump needs no pg_restore.",
  );

/** Where the newest psql is that may read scripts of strangers. Fails when there is none. */
export const restrictingPsql = (): Promise<string> =>
  newest("psql", restrictsSince, "An older one cannot be kept from running commands that a script hides.");

async function newest(tool: "psql" | "pg_restore", floors: readonly string[], why: string): Promise<string> {
  const installations = await findInstallations({ extraFolders: jobsEnv().pgBin, refresh: true });
  const able = installations.filter(({ tools }) => tools.has(tool));
  const safe = able.find(({ version }) => isAtLeast(version, floors));
  if (safe) return path.join(safe.bin, process.platform === "win32" ? `${tool}.exe` : tool);
  const seen = able.length > 0 ? `only ${able.map(({ version }) => version).join(", ")} was found` : "none was found";
  throw failed({
    code: "tool_missing",
    message: `A dump from elsewhere needs ${tool} ${floors.join(", ")} or newer; ${seen}.`,
    hint: `${why} Update PostgreSQL's client programs.`,
  });
}
