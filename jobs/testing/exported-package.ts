import { cp } from "node:fs/promises";
import path from "node:path";
import { testEnv } from "@/jobs/testing/env";
import { unpackPackage } from "@/jobs/testing/package";
import { fileOf } from "@/jobs/testing/restore";
import { sessions, type Tenant, unique } from "@/jobs/testing/tenant";
import { backupOf } from "@/jobs/testing/verification";

/** Exports a tenant as a package and unpacks it. Gives the folder. */
export const packageOf = async (of: Tenant, options: object = {}): Promise<string> =>
  unpackPackage(fileOf(await backupOf(of, { format: "package", fingerprint: false, ...options })));

/** A copy of a folder, to change something in it. */
export async function copyOf(folder: string): Promise<string> {
  const copy = path.join(testEnv.folder, `copy-${unique()}`);
  await cp(folder, copy, { recursive: true });
  return copy;
}

/** The schemas of a database that somebody has made. */
export const schemasOf = async (url: string): Promise<string[]> =>
  (await sessions(url)<{ name: string }[]>`select nspname as name from pg_namespace where nspname !~ '^pg_'`)
    .map(({ name }) => name)
    .filter((name) => name !== "public" && name !== "information_schema");

/** The PG* variables of an address. */
export function variablesOf(url: string): Record<"PGHOST" | "PGPORT" | "PGUSER" | "PGPASSWORD" | "PGDATABASE", string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
}
