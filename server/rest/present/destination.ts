import { z } from "zod";
import { destinationKind } from "@/db/schema";
import type { OutputOf } from "@/server/rest/row";

const time = z.iso.datetime().nullable();
const count = z.number().int().min(0);
const kind = z.enum(destinationKind.enumValues);

/** What is known of a destination. */
export const destinationRecord = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    kind,
    settings: z
      .record(z.string(), z.unknown())
      .meta({ description: "As it was set up. A secret is never shown again: only `true` when there is one." }),
    isDefault: z.boolean().meta({ description: "Backups that name no destinations are copied here too." }),
    createdAt: z.iso.datetime(),
    checkedAt: time,
    unhealthySince: time,
    problem: z.string().nullable().meta({ description: "Why it does not work." }),
    freeBytes: count.nullable(),
  })
  .meta({ id: "Destination" });

export const destinationWithUse = destinationRecord
  .extend({ copyCount: count, copyBytes: count })
  .meta({ id: "DestinationWithUse" });

type Shown = OutputOf<"destination.check">;

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Nothing secret is among its settings. */
export function presentDestination({
  createdAt,
  checkedAt,
  unhealthySince,
  settings,
  defaultSince: _,
  ...rest
}: Shown & { defaultSince?: unknown }) {
  return {
    ...rest,
    settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [snake(name), value])),
    createdAt: createdAt.toISOString(),
    checkedAt: checkedAt?.toISOString() ?? null,
    unhealthySince: unhealthySince?.toISOString() ?? null,
  };
}
