import { integer, text } from "drizzle-orm/pg-core";
import { at, controlPlane } from "./control-plane";

/** Calls counted in one fixed window for one key, e.g. `sign-in:ada@example.org`. */
export const rateLimits = controlPlane.table("rate_limits", {
  key: text("key").primaryKey(),
  windowEndsAt: at("window_ends_at").notNull(),
  calls: integer("calls").notNull(),
});
