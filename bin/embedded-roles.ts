import type { Sql } from "postgres";
import { type EmbeddedState, roles } from "@/bin/embedded-state";

export const controlDatabase = "coffer";
export const tenantsDatabase = "tenants";

const owners = [
  // Proofs pass through databases of their own.
  { role: roles.tenants, database: tenantsDatabase, password: "tenants", rights: "login createdb" },
  { role: roles.control, database: controlDatabase, password: "control", rights: "login" },
] as const;

/** Makes the roles and databases that are not there. Neither role can connect to the other's database. */
export async function ensureRoles(admin: Sql, state: EmbeddedState): Promise<void> {
  const present = await admin<{ name: string }[]>`
    select rolname as name from pg_roles where rolname like 'coffer%' union all select 'database ' || datname from pg_database`;
  const [server] = await admin<{ number: number }[]>`select current_setting('server_version_num')::int as number`;
  // Dumps from elsewhere are restored by roles of their own. Before 16 whoever may make roles may change those of others as well.
  const makesRoles = server && server.number >= 160_000 ? "createrole" : "nocreaterole";
  const has = new Set(present.map(({ name }) => name));
  for (const { role, database, password, ...owner } of owners) {
    const rights = role === roles.tenants ? `${owner.rights} ${makesRoles}` : owner.rights;
    // The password is base64url: nothing in it needs quoting. Utility statements take no parameters.
    if (!has.has(role)) await admin.unsafe(`create role ${role} ${rights} password '${state.passwords[password]}'`);
    // One from before it needed them.
    else await admin.unsafe(`alter role ${role} ${rights}`);
    if (has.has(`database ${database}`)) continue;
    await admin.unsafe(`create database ${database} owner ${role}`);
    await admin.unsafe(`revoke connect, temporary on database ${database} from public`);
  }
}
