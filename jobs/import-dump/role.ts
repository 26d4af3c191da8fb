import { createHash, randomBytes } from "node:crypto";
import type postgres from "postgres";
import { codeOf } from "@/db/errors";
import { scramVerifier } from "@/jobs/import-dump/scram";
import { failed } from "@/jobs/lifecycle/failure";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";

/** Of one attempt. */
export type RoleNames = {
  role: string;
  /** The schema of the functions that exchange schemas. */
  door: string;
  /** The role's own schema. */
  beside: string;
};

export type Exchange = {
  /** What the dump calls its schema. */
  made: string;
  /** Where a live schema of that name is meanwhile; null when there is none. */
  aside: string | null;
};

/** What the role needs; only our own session ever gets to know it. */
export type Keys = { password: string; token: string };

/**
 * Makes a role that may sign in and has no right but on its own empty schema, and two functions that let our session, which
 * knows their token, put that schema in the place of the one that the dump names, and back. They run with the rights of the
 * connection's user, since the role has none to a live schema. Fails with `permission_denied` for a user who may not make roles.
 */
export async function makeRole(
  sql: postgres.Sql,
  { role, door, beside }: RoleNames,
  exchange: Exchange,
): Promise<Keys> {
  const keys = { password: randomBytes(24).toString("base64url"), token: randomBytes(24).toString("base64url") };
  const rename = (from: string, to: string) => `alter schema ${quoteIdent(from)} rename to ${quoteIdent(to)};`;
  const { made, aside } = exchange;
  const stepAside = aside === null ? "" : rename(made, aside);
  const stepBack = aside === null ? "" : rename(aside, made);
  await sql.begin(async (tx) => {
    await oneAtATime(tx);
    await tx
      .unsafe(`create role ${quoteIdent(role)} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
      connection limit 1 password '${scramVerifier(keys.password)}'`)
      .catch(explain);
    await tx.unsafe(`grant ${quoteIdent(role)} to current_user`);
    await tx.unsafe(
      `do $$ begin execute format('grant connect on database %I to %I', current_database(), ${quoteLiteral(role)}); end $$`,
    );
    await tx.unsafe(`create schema ${quoteIdent(beside)} authorization ${quoteIdent(role)}`);
    await tx.unsafe(
      `create schema ${quoteIdent(door)}; grant usage on schema ${quoteIdent(door)} to ${quoteIdent(role)}`,
    );
    for (const [name, steps] of [
      ["enter", stepAside + rename(beside, made)],
      ["leave", rename(made, beside) + stepBack],
    ] as const)
      await tx.unsafe(functionOf({ name, door, role }, guarded(keys.token, steps)));
  });
  return keys;
}

function explain(error: unknown): never {
  if (codeOf(error) === "42501") throw mayNotMakeRoles();
  throw error;
}

/** Asks first, so that nobody waits for a long file to be read. */
export async function requireRoleMaker(sql: postgres.Sql): Promise<void> {
  const [row] = await sql<{ may: boolean }[]>`
    select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user`;
  if (!row?.may) throw mayNotMakeRoles();
}

const mayNotMakeRoles = () =>
  failed({
    code: "permission_denied",
    message:
      "A dump from elsewhere is restored by a role of its own without rights, and this database's user may not make roles.",
    hint: "Let a superuser run: alter role … createrole. Then start it again.",
  });

const guarded = (token: string, steps: string) => `begin
  if encode(sha256(convert_to(token, 'UTF8')), 'hex') <> '${createHash("sha256").update(token).digest("hex")}' then
    raise insufficient_privilege;
  end if;
  ${steps}
end`;

const functionOf = ({ name, door, role }: { name: string; door: string; role: string }, body: string) => `
  create function ${quoteIdent(door)}.${name}(token text) returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp as ${quoteLiteral(body)};
  revoke all on function ${quoteIdent(door)}.${name}(text) from public;
  grant execute on function ${quoteIdent(door)}.${name}(text) to ${quoteIdent(role)}`;

/** Gives all that the role has made to the connection's user, and drops the role. */
export async function retireRole(sql: postgres.Sql, { role, door }: RoleNames): Promise<void> {
  await sql.begin(async (tx) => {
    await oneAtATime(tx);
    await tx.unsafe(`reassign owned by ${quoteIdent(role)} to current_user`);
    await dropRole(tx, { role, door });
  });
}

/** Drops the role with whatever it owns and may. Safe to repeat. */
export async function dropRole(sql: postgres.TransactionSql, names: Omit<RoleNames, "beside">): Promise<void> {
  const { role, door } = names;
  await oneAtATime(sql);
  await sql.unsafe(`drop schema if exists ${quoteIdent(door)} cascade`);
  const [row] = await sql`select from pg_roles where rolname = ${role}`;
  if (row) await sql.unsafe(`drop owned by ${quoteIdent(role)} cascade; drop role ${quoteIdent(role)}`);
}

/** The rights to a database stand in one row, which two sessions cannot change at once. Holds until the transaction ends. */
const oneAtATime = (sql: postgres.Sql | postgres.TransactionSql) =>
  sql`select pg_advisory_xact_lock(hashtextextended('coffer:roles', 0))`;
