import {
  and,
  arrayContains,
  asc,
  count,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  lt,
  type SQL,
  sql,
  sum,
} from "drizzle-orm";
import { z } from "zod";
import { type Actor, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import {
  backupCompression,
  backupFormat,
  backupMatches,
  backupStatus,
  backups,
  backupType,
  projectMembers,
  projects,
  users,
} from "@/db/schema";
import { manifestSchema } from "@/jobs/archive/manifest";
import { exportOptions } from "@/jobs/export-backup/options";
import { removeBackup } from "@/jobs/retention/remove";
import { after, decodeCursor, encodeCursor, keyset, pageInput, timeInput } from "@/server/keyset";
import { signDownload } from "@/server/link";
import { findProject, projectRef, router, userProcedure } from "@/server/trpc";

const { manifest, storagePath, ...listed } = getTableColumns(backups);

/** The rows of each table that has any of its own, by name, out of the manifest. */
const tableRows = sql<Record<string, number>>`(
  select coalesce(json_object_agg(t->>'name', t->'rows') filter (where t->>'rows' is not null), '{}')
  from jsonb_array_elements(${backups.manifest}->'tables') t)`;

const filters = z.strictObject({
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

const changeInput = z
  .strictObject({
    backupId: z.uuid(),
    pinned: z.boolean().optional(),
    description: exportOptions.shape.description.unwrap().nullable().optional(),
    tags: exportOptions.shape.tags.unwrap().optional(),
  })
  .refine(({ backupId: _, ...change }) => Object.keys(change).length > 0, "must change something");

export const backupRouter = router({
  /** Backups of one project, or of all that the caller may see; newest first unless asked otherwise. */
  listBackups: userProcedure
    .input(
      filters.extend({
        ...pageInput.shape,
        /** For callers who count; the cursor is as fast on the last page as on the first. */
        offset: z.number().int().min(0).max(1_000_000).default(0),
        oldestFirst: z.boolean().default(false),
        /** Also gives the rows of each table, which are many with many tables. */
        withTables: z.boolean().default(false),
      }),
    )
    .query(async ({ ctx, input }) => {
      const cursor = decodeCursor(input.cursor);
      const order = input.oldestFirst ? asc : desc;
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
            ...(await conditions(ctx.user, input)),
            after(cursor, { at: backups.createdAt, id: backups.id }, input.oldestFirst ? "ascending" : "descending"),
          ),
        )
        .orderBy(order(backups.createdAt), order(backups.id))
        .limit(input.limit + 1)
        .offset(input.offset);
      return keyset(rows, input.limit, (row) => encodeCursor({ at: row.createdAt, id: row.id }));
    }),

  /** How many backups the same filters find, and how many bytes they take. */
  totals: userProcedure.input(filters).query(async ({ ctx, input }) => {
    const [row] = await db
      .select({ count: count(), bytes: sum(backups.sizeBytes).mapWith(Number) })
      .from(backups)
      .where(and(...(await conditions(ctx.user, input))));
    return { count: row?.count ?? 0, bytes: row?.bytes ?? 0 };
  }),

  /** One backup with its manifest. */
  get: userProcedure.input(z.object({ backupId: z.uuid() })).query(async ({ ctx, input }) => {
    const { project, backup } = await findBackup(ctx.user, input.backupId);
    return {
      ...backup,
      manifest: manifestSchema.parse(backup.manifest),
      projectSlug: project.slug,
      projectName: project.name,
    };
  }),

  /** A link that downloads the file in the caller's name until it expires. */
  createLink: userProcedure
    .meta({ scope: "read" })
    .input(z.object({ backupId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const { backup } = await findBackup(ctx.user, input.backupId);
      await recordAudit(db, ctx.origin, {
        action: "backup.link_created",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename },
      });
      return { ...signDownload({ backupId: backup.id, userId: ctx.user.id }), filename: backup.filename };
    }),

  /** Pins a backup, so that no policy removes it, describes or tags it. What is left out stays as it is. */
  change: userProcedure.input(changeInput).mutation(async ({ ctx, input: { backupId, pinned, ...words } }) => {
    const { backup, project } = await findBackup(ctx.user, backupId);
    if (!project.permissions.includes("manage"))
      throw new AppError("PERMISSION_DENIED", "You need the permission to manage in this project to change backups.");
    const pin = pinned === undefined ? {} : { pinnedAt: pinned ? sql`coalesce(${backups.pinnedAt}, now())` : null };
    await db.transaction(async (tx) => {
      const set = { ...words, ...pin };
      const [row] = await tx.update(backups).set(set).where(eq(backups.id, backup.id)).returning({ id: backups.id });
      if (!row) throw new AppError("BACKUP_NOT_FOUND", "There is no such backup.");
      await recordAudit(tx, ctx.origin, {
        action: "backup.changed",
        subject: { kind: "backup", id: backup.id },
        projectId: backup.projectId,
        details: { filename: backup.filename, ...words, pinned },
      });
    });
  }),

  /** Removes a backup, its file and what is known of it. */
  remove: userProcedure.input(z.strictObject({ backupId: z.uuid() })).mutation(async ({ ctx, input }) => {
    const { backup, project } = await findBackup(ctx.user, input.backupId);
    if (!project.permissions.includes("manage"))
      throw new AppError("PERMISSION_DENIED", "You need the permission to manage in this project to delete backups.");
    const bytes = await db.transaction((tx) =>
      removeBackup(tx, ctx.origin, { id: backup.id, action: "backup.deleted" }),
    );
    if (bytes === null) throw new AppError("BACKUP_NOT_FOUND", "There is no such backup.");
  }),
});

/** The backup if the user may see its project. */
export async function findBackup(user: Actor, backupId: string) {
  const [backup] = await db.select().from(backups).where(eq(backups.id, backupId));
  const missing = () => new AppError("BACKUP_NOT_FOUND", "There is no such backup.");
  if (!backup) throw missing();
  const project = await findProject(user, backup.projectId).catch((error) => {
    throw error instanceof AppError ? missing() : error;
  });
  return { backup, project };
}

async function conditions(user: Actor, input: z.infer<typeof filters>): Promise<(SQL | undefined)[]> {
  const project = input.projectId ? await findProject(user, input.projectId) : null;
  const mine = sql`${backups.projectId} in (select ${projectMembers.projectId} from ${projectMembers} where ${projectMembers.userId} = ${user.id})`;
  return [
    project ? eq(backups.projectId, project.id) : undefined,
    project || user.role === "admin" ? undefined : mine,
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
