import { sql } from "drizzle-orm";
import { integer, text, uniqueIndex } from "drizzle-orm/pg-core";
import { at, controlPlane, createdAt, id } from "./control-plane";

export const userRole = controlPlane.enum("user_role", ["admin", "member"]);

/** Somebody who can sign in. Raising `sessionVersion` ends every session that was opened before. */
export const users = controlPlane.table(
  "users",
  {
    id: id(),
    email: text("email").notNull(),
    name: text("name").notNull(),
    role: userRole("role").notNull().default("member"),
    /** argon2id, in PHC form. Null for people who only sign in through OAuth. */
    passwordHash: text("password_hash"),
    sessionVersion: integer("session_version").notNull().default(1),
    createdAt: createdAt(),
    lastSignInAt: at("last_sign_in_at"),
    disabledAt: at("disabled_at"),
  },
  (t) => [uniqueIndex("users_email").on(sql`lower(${t.email})`)],
);
