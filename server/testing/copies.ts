import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { beforeAll, expect } from "vitest";
import { db } from "@/db/client";
import { backups, destinations } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";
import { testEnv } from "@/jobs/testing/env";
import { letWaitsPass } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { addPerson, api, call, type Person } from "@/server/testing/api";

type Given = {
  tenant: Tenant;
  /** May do everything with it. */
  lead: Person;
  /** Is a member of it, and no more. */
  reader: Person;
};

const given = {} as Given;

/** A tenant with rows, and people, for all tests of a file. */
export function givenCopies(): Given {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 2 });
    given.tenant = tenant;
    given.lead = await addPerson({ permissions: { [tenant.projectId]: ["export", "restore", "manage"] } });
    given.reader = await addPerson({ permissions: { [tenant.projectId]: [] } });
  });
  return given;
}

type Place = { id: string; folder: string; name: string };

/** A folder that is set up as a destination. */
export async function place({ isDefault = false } = {}): Promise<Place> {
  const folder = path.join(testEnv.folder, `vault-${unique()}`);
  const settings = { kind: "local" as const, folder };
  await openDestination(settings).prepare();
  const [row] = await db
    .insert(destinations)
    .values({ name: `vault ${unique()}`, kind: "local", settings, defaultSince: isDefault ? sql`now()` : null })
    .returning();
  if (!row) throw new Error("no destination");
  return { id: row.id, folder, name: row.name };
}

export const ask = (what: string, body?: unknown, as = given.lead) =>
  call(what, { as, body, headers: { Prefer: "wait=60" } });

export type Made = { id: string; file: string; bytes: Buffer };

export async function backup(wanted: { destinations?: string[] } = {}): Promise<Made> {
  const { status, body } = await ask("POST /api/v1/backups/create", { project_id: given.tenant.projectId, ...wanted });
  expect([status, body]).toEqual([201, expect.anything()]);
  const { backup_id: id } = body as { backup_id: string };
  const [row] = await db.select().from(backups).where(eq(backups.id, id));
  const file = row?.storagePath ?? "";
  return { id, file, bytes: await readFile(path.join(testEnv.backupDir, file)) };
}

type Copy = {
  destination_id: string;
  status: string;
  problem: string | null;
  path: string;
  verified_at: string | null;
};

export async function copiesOf({ id }: Made): Promise<Copy[]> {
  const { body } = await ask(`GET /api/v1/backups/${id}/copies`);
  return body as Copy[];
}

/** The copies of a backup, once none of them is under way any more. */
export const settled = (made: Made) =>
  waitFor(
    async () => {
      await letWaitsPass("copy_backup");
      const all = await copiesOf(made);
      return all.length > 0 && all.every(({ status }) => status !== "pending") ? all : null;
    },
    { what: "copies that are settled" },
  );

export const isHome = ({ file }: Made) => existsSync(path.join(testEnv.backupDir, file));

/** A backup that has left the backup folder for a destination of its own. */
export async function moved(): Promise<Made & { vault: Place }> {
  const [vault, made] = [await place(), await backup({ destinations: [] })];
  const { status } = await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id, move: true });
  expect(status).toBe(202);
  // It goes once the job is over.
  await expect.poll(() => isHome(made), { timeout: 20_000 }).toBe(false);
  return { ...made, vault };
}

/** The bytes that a link to the backup gives. */
export async function fetchBytes(id: string, range?: string): Promise<Buffer> {
  const { body } = await ask(`POST /api/v1/backups/${id}/link`);
  const { url } = body as { url: string };
  const response = await fetch(api.url + url.slice(new URL(url).origin.length), {
    headers: range ? { Range: range } : {},
  });
  return Buffer.from(await response.arrayBuffer());
}
