import { sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import { AppError } from "@/db/errors";

export const pageInput = z.strictObject({
  limit: z.number().int().min(1).max(100).default(50),
  cursor: z.string().max(200).nullish(),
  /** tRPC's infinite queries send it along; there is only this one way. */
  direction: z.literal("forward").optional(),
});

/** A time as callers give it: ISO 8601, with a zone unless it is only a date. */
export const timeInput = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => new Date(text));

export type Position = { at: Date; id: string };

const form = z.tuple([z.iso.datetime(), z.uuid()]);

/** Where a page ended, as text that only we read. */
export const encodeCursor = ({ at, id }: Position) =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString("base64url");

/** Undoes `encodeCursor`; a forged one is the caller's mistake. */
export function decodeCursor(cursor: string | null | undefined): Position | null {
  if (!cursor) return null;
  try {
    const [at, id] = form.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { at: new Date(at), id };
  } catch {
    throw new AppError("VALIDATION_ERROR", "cursor is not one that this API gave.");
  }
}

/** Rows after the position, in the order of both columns: one comparison that an index can start from. */
export function after(
  position: Position | null,
  columns: { at: AnyPgColumn; id: AnyPgColumn },
  order: "ascending" | "descending" = "descending",
) {
  if (!position) return undefined;
  const sign = order === "ascending" ? sql`>` : sql`<`;
  return sql`(${columns.at}, ${columns.id}) ${sign} (${position.at.toISOString()}::timestamptz, ${position.id}::uuid)`;
}

/** One page of the rows, of which one more than `limit` was read to see whether there is a next. */
export function keyset<Row>(
  rows: Row[],
  limit: number,
  cursorOf: (row: Row) => string,
): { items: Row[]; nextCursor: string | null } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}
