import { and, arrayContains, asc, desc, eq, getTableColumns, gt, inArray, lt, type SQL, sql } from "drizzle-orm";
import { z } from "zod";
import type { Actor } from "@/db/audit";
import { db } from "@/db/client";
import {
  backupCompression,
  backupFormat,
  backupMatches,
  backupStatus,
  backups,
  backupType,
  projects,
  users,
} from "@/db/schema";
import { fallsOf } from "@/jobs/fall/falls";
import { after, decodeCursor, encodeCursor, keyset, pageInput, timeInput } from "@/server/keyset";
import { findProject, projectRef } from "@/server/trpc";
import { isVisible } from "@/server/visible-backups";

const { manifest, storagePath, ...listed } = getTableColumns(backups);

/** The rows of each table that has any of its own, by name, out of the manifest. */
const tableRows = sql<Record<string, number>>`(
  select coalesce(json_object_agg(t->>'name', t->'rows') filter (where t->>'rows' is not null), '{}')
  from jsonb_array_elements(${backups.manifest}->'tables') t)`;

/** What a list of backups may be narrowed by. */
export const backupFilters = z.strictObject({
  projectId: projectRef.optional(),
  search: z.string().trim().max(100).optional(),
  status: z.enum(backupStatus.enumValues).optional(),
  type: z.enum(backupType.enumValues).optional(),
  format: z.enum(backupFormat.enumValues).optional(),
  compression: z.enum(backupCompression.enumValues).optional(),
  encryptedOnly: z.boolean().default(false),
  tag: z.string().max(40).optional(),
  madeAfter: timeInput.optional(),
  madeBefore: timeInput.optional(),
});

export const listInput = backupFilters.extend({
  ...pageInput.shape,
  /** For callers who count; the cursor is as fast on the last page as on the first. */
  offset: z.number().int().min(0).max(1_000_000).default(0),
  oldestFirst: z.boolean().default(false),
  /** Also gives the rows of each table, which are many with many tables. */
  withTables: z.boolean().default(false),
});

/** One page of the backups that the user may see, newest first unless asked otherwise. */
export async function listBackups(user: Actor, input: z.infer<typeof listInput>) {
  const order = input.oldestFirst ? asc : desc;
  const position = { at: backups.createdAt, id: backups.id };
  const rows = await db
    .select({
      ...listed,
      projectSlug: projects.slug,
      projectName: projects.name,
      userName: users.name,
      userEmail: users.email,
      schemaVersion: sql<string | null>`${backups.manifest}->>'schemaVersion'`,
      tableRows: input.withTables ? tableRows : sql<null>`null`,
    })
    .from(backups)
    .innerJoin(projects, eq(projects.id, backups.projectId))
    .leftJoin(users, eq(users.id, backups.createdBy))
    .where(
      and(
        ...(await backupConditions(user, input)),
        after(decodeCursor(input.cursor), position, input.oldestFirst ? "ascending" : "descending"),
      ),
    )
    .orderBy(order(backups.createdAt), order(backups.id))
    .limit(input.limit + 1)
    .offset(input.offset);
  const falls = await fallsOf(rows.map(({ id }) => id));
  const told = rows.map((row) => ({ ...row, fall: falls.get(row.id) ?? null }));
  return keyset(told, input.limit, (row) => encodeCursor({ at: row.createdAt, id: row.id }));
}

/** What the filters mean in SQL, within what the user may see. */
export async function backupConditions(
  user: Actor,
  input: z.infer<typeof backupFilters>,
): Promise<(SQL | undefined)[]> {
  const project = input.projectId ? await findProject(user, input.projectId) : null;
  return [
    project ? eq(backups.projectId, project.id) : undefined,
    project ? undefined : isVisible(user),
    await searchCondition(input.search),
    input.status ? eq(backups.status, input.status) : undefined,
    input.type ? eq(backups.type, input.type) : undefined,
    input.format ? eq(backups.format, input.format) : undefined,
    input.compression ? eq(backups.compression, input.compression) : undefined,
    input.encryptedOnly ? eq(backups.encrypted, true) : undefined,
    input.tag ? arrayContains(backups.tags, [input.tag]) : undefined,
    input.madeAfter ? gt(backups.createdAt, input.madeAfter) : undefined,
    input.madeBefore ? lt(backups.createdAt, input.madeBefore) : undefined,
  ];
}

const fewMatches = 5000;

/**
 * The planner cannot tell a rare word from a common one, and for a rare one it would walk through all backups in order. So
 * the index is asked first: few matches are named one by one, many are soon met on the way.
 */
async function searchCondition(text: string | undefined): Promise<SQL | undefined> {
  const matches = text ? backupMatches(text) : undefined;
  if (!matches) return undefined;
  const hits = await db
    .select({ id: backups.id })
    .from(backups)
    .where(matches)
    .limit(fewMatches + 1);
  return hits.length > fewMatches
    ? matches
    : inArray(backups.id, sql`(select unnest(${sql.param(hits.map((hit) => hit.id))}::uuid[]))`);
}
