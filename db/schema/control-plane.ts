import { sql } from "drizzle-orm";
import { type AnyPgColumn, customType, pgSchema, timestamp, uuid } from "drizzle-orm/pg-core";

/** Everything of Coffer's own lives in this PostgreSQL schema. */
export const controlPlane = pgSchema("control_plane");

export const id = () => uuid("id").primaryKey().defaultRandom();
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
export const createdAt = () => at("created_at").notNull().defaultNow();

/** Bytes and rows: whole numbers up to 2^53, which is 9 PB. */
export const count = (name: string) =>
  customType<{ data: number; driverData: string | number }>({ dataType: () => "bigint", fromDriver: Number })(name);

/** Descending as `order by … desc` means it: drizzle's own `.desc()` puts nulls last, and such an index gives no order. */
export const newest = (column: AnyPgColumn) => sql`${column} desc`;
