import { index, integer, text } from "drizzle-orm/pg-core";
import { at, controlPlane } from "./control-plane";

/**
 * Calls counted in one fixed window for one key, e.g. `sign-in:ada@example.org`. The table is unlogged: counting costs no
 * write to disk, and after a crash of the server everybody starts from zero.
 */
export const rateLimits = controlPlane.table(
  "rate_limits",
  {
    key: text("key").primaryKey(),
    windowEndsAt: at("window_ends_at").notNull(),
    calls: integer("calls").notNull(),
  },
  (t) => [index("rate_limits_by_end").on(t.windowEndsAt)],
);
