import { index, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, createdAt, id, newest } from "./control-plane";
import { users } from "./user";

/** What an API token may be used for. Whatever its scopes say, it never may more than its owner. */
export const tokenScope = controlPlane.enum("token_scope", ["read", "export", "import", "restore", "manage"]);

export type TokenScope = (typeof tokenScope.enumValues)[number];

/** A personal API token. The token itself is shown once and kept nowhere: only its hash is. */
export const apiTokens = controlPlane.table(
  "api_tokens",
  {
    id: id(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** sha256 of the token, in hex. It has 256 random bits, so a slow hash would add nothing. */
    hash: text("hash").notNull(),
    /** How the token begins, so that people can tell theirs apart. */
    prefix: text("prefix").notNull(),
    scopes: tokenScope("scopes").array().notNull(),
    createdAt: createdAt(),
    /** Null: it does not expire. */
    expiresAt: at("expires_at"),
    /** Within a minute. */
    lastUsedAt: at("last_used_at"),
    revokedAt: at("revoked_at"),
  },
  (t) => [uniqueIndex("api_tokens_hash").on(t.hash), index("api_tokens_by_user").on(t.userId, newest(t.createdAt))],
);
