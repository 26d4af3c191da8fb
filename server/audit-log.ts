import { and, desc, eq, gte, like, lt, or, type SQL } from "drizzle-orm";
import { z } from "zod";
import { subjectKinds } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { auditEvents, projects } from "@/db/schema";
import { keyset, timeInput } from "@/server/keyset";
import { projectRef } from "@/server/trpc";

export const auditFilters = z.strictObject({
  /** An action, or the beginning of some: `sign_in`, `backup.downloaded`. */
  action: z
    .string()
    .regex(/^[a-z_.]{1,60}$/)
    .optional(),
  /** Part of the actor's e-mail address. */
  actor: z.string().trim().min(1).max(254).optional(),
  projectId: projectRef.optional(),
  subjectKind: z.enum(subjectKinds).optional(),
  subjectId: z.string().max(254).optional(),
  from: timeInput.optional(),
  until: timeInput.optional(),
});

type Filters = z.infer<typeof auditFilters>;
type Page = { limit: number; cursor?: string | null };

/** One page of events, newest first. Ids rise with time, so they are the position. */
export async function auditPage({ limit, cursor, ...filters }: Filters & Page) {
  const rows = await db
    .select({
      id: auditEvents.id,
      at: auditEvents.at,
      action: auditEvents.action,
      actorId: auditEvents.actorId,
      actorEmail: auditEvents.actorEmail,
      tokenId: auditEvents.tokenId,
      subjectKind: auditEvents.subjectKind,
      subjectId: auditEvents.subjectId,
      projectId: auditEvents.projectId,
      projectSlug: projects.slug,
      address: auditEvents.address,
      requestId: auditEvents.requestId,
      details: auditEvents.details,
    })
    .from(auditEvents)
    .leftJoin(projects, eq(projects.id, auditEvents.projectId))
    .where(and(...conditions(filters), cursor ? lt(auditEvents.id, positionOf(cursor)) : undefined))
    .orderBy(desc(auditEvents.id))
    .limit(limit + 1);
  return keyset(rows, limit, (row) => String(row.id));
}

export type AuditRow = Awaited<ReturnType<typeof auditPage>>["items"][number];

function positionOf(cursor: string): number {
  const id = Number(cursor);
  if (/^\d{1,15}$/.test(cursor)) return id;
  throw new AppError("VALIDATION_ERROR", "cursor is not one that this API gave.");
}

function conditions(filters: Filters): (SQL | undefined)[] {
  const { action, actor, projectId, subjectKind, subjectId, from, until } = filters;
  const isUuid = z.uuid().safeParse(projectId).success;
  const project = isUuid && projectId ? eq(auditEvents.projectId, projectId) : eq(projects.slug, projectId ?? "");
  return [
    action
      ? or(eq(auditEvents.action, action), like(auditEvents.action, `${action.replaceAll("_", "\\_")}%`))
      : undefined,
    actor ? like(auditEvents.actorEmail, `%${actor.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`) : undefined,
    projectId ? project : undefined,
    subjectKind ? eq(auditEvents.subjectKind, subjectKind) : undefined,
    subjectId ? eq(auditEvents.subjectId, subjectId) : undefined,
    from ? gte(auditEvents.at, from) : undefined,
    until ? lt(auditEvents.at, until) : undefined,
  ];
}
