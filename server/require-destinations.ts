import { inArray } from "drizzle-orm";
import type { Tx } from "@/db/client";
import { AppError } from "@/db/errors";
import { destinations } from "@/db/schema";

/** Throws DESTINATION_NOT_FOUND unless each of these is the id of a destination. */
export async function requireDestinations(tx: Tx, ids: string[]): Promise<void> {
  const found = await tx.select({ id: destinations.id }).from(destinations).where(inArray(destinations.id, ids));
  const known = new Set(found.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  throw new AppError("DESTINATION_NOT_FOUND", "There is no such destination.", {
    fields: [{ field: "destinations", error: `There is no destination ${unknown}.`, code: "invalid_value" }],
  });
}
