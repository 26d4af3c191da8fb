import { text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, createdAt, id } from "./control-plane";
import { users } from "./user";

/** A link with which somebody chooses a password: to begin with (invitation), or anew (reset). It works once. */
export const oneTimeLinks = controlPlane.table(
  "one_time_links",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** sha256 of the secret in the link, in hex. */
    hash: text("hash").notNull(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: createdAt(),
    expiresAt: at("expires_at").notNull(),
    usedAt: at("used_at"),
  },
  // One open link a person: a new one takes the place of the one before.
  (t) => [uniqueIndex("one_time_links_user").on(t.userId), uniqueIndex("one_time_links_hash").on(t.hash)],
);
