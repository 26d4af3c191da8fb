import { inArray, sql } from "drizzle-orm";
import { z } from "zod";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { notificationEvent, projects } from "@/db/schema";
import { projectRef } from "@/server/trpc";

const rule = z.strictObject({
  event: z.enum(notificationEvent.enumValues),
  /** Left out, or null: all projects. */
  project: projectRef.nullish(),
  /** For `backup_stale` alone: after how many hours without a good backup. */
  hours: z.number().int().min(1).max(8760).nullish(),
});

/** A destination is for all projects, and a schema that was found was none until then. */
const ofNoProject = new Set<string>(["destination_unhealthy", "schema_found"]);

/** All rules of a channel. */
export const ruleInput = z
  .strictObject({ channelId: z.uuid(), rules: z.array(rule).max(500) })
  .superRefine(({ rules }, ctx) => {
    const wrong = rules.findIndex(({ event, hours }) => (event === "backup_stale") !== (typeof hours === "number"));
    const message = "hours are for backup_stale, which needs them, and for nothing else";
    if (wrong >= 0) ctx.addIssue({ code: "custom", path: ["rules", wrong, "hours"], message });
    const vain = rules.findIndex(({ event, project }) => ofNoProject.has(event) && project != null);
    const why = "this event is of no project: leave project out";
    if (vain >= 0) ctx.addIssue({ code: "custom", path: ["rules", vain, "project"], message: why });
  });

/** The ids of projects by their ids or slugs. Throws PROJECT_NOT_FOUND. */
export async function projectIds(tx: Tx, refs: string[]): Promise<(ref: string) => string> {
  const rows =
    refs.length === 0
      ? []
      : await tx
          .select({ id: projects.id, slug: projects.slug })
          .from(projects)
          .where(sql`${inArray(projects.slug, refs)} or ${inArray(sql`${projects.id}::text`, refs)}`);
  return (ref) => {
    const found = rows.find(({ id, slug }) => slug === ref || id === ref);
    if (!found) throw new AppError("PROJECT_NOT_FOUND", `There is no project ${ref}.`);
    return found.id;
  };
}
