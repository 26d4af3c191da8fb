import type { ChannelRule, NotificationEvent } from "@/app/trpc/types";

/** After how many hours without a good backup somebody wants to know, unless they say otherwise. */
export const usualHours = 26;

/** A rule while it is edited; `key` tells lines apart. */
export type DraftRule = { key: string; event: NotificationEvent; project: string; hours: number };

/** The rules of a channel as the form has them: those for all projects by event, the others as lines. */
export type Draft = { all: Partial<Record<NotificationEvent, { hours: number }>>; some: DraftRule[] };

export function draftOf(rules: ChannelRule[]): Draft {
  const all: Draft["all"] = {};
  const some: DraftRule[] = [];
  for (const { event, project, hours } of rules) {
    if (project === null) all[event] = { hours: hours ?? usualHours };
    else some.push({ key: `${event}:${project}`, event, project, hours: hours ?? usualHours });
  }
  return { all, some };
}

/** What the form says, as the procedure wants it. */
export function rulesOf({ all, some }: Draft): { event: NotificationEvent; project?: string; hours?: number }[] {
  const withHours = (event: NotificationEvent, hours: number) =>
    event === "backup_stale" ? { event, hours } : { event };
  return [
    ...Object.entries(all).map(([event, { hours }]) => withHours(event as NotificationEvent, hours)),
    ...some.map(({ event, project, hours }) => ({ ...withHours(event, hours), project })),
  ];
}
