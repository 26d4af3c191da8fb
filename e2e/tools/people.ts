import { randomBytes } from "node:crypto";
import { hashPassword } from "@/db/password";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { type Account, type SessionState, sessionCookie, signIn } from "@/e2e/tools/session";

export type Person = Account & { id: string; name: string };
/** Somebody who is signed in. */
export type Guest = Person & { state: SessionState; api: Api; cookie: string };

export const unique = () => randomBytes(4).toString("hex");

type Wish = {
  role?: "admin" | "member";
  /** By the project's slug. */
  permissions?: Record<string, ("export" | "import" | "restore" | "manage")[]>;
};

/** Somebody of this test alone. There is no page for it yet. */
export async function addPerson(coffer: Coffer, { role = "member", permissions = {} }: Wish = {}): Promise<Person> {
  const id = unique();
  const person = { email: `person-${id}@example.org`, name: `Person ${id}`, password: `password-${id}` };
  const [row] = await coffer.control<{ id: string }[]>`
    insert into control_plane.users (email, name, role, password_hash)
    values (${person.email}, ${person.name}, ${role}, ${await hashPassword(person.password)}) returning id`;
  if (!row) throw new Error("nobody was added");
  for (const [slug, granted] of Object.entries(permissions)) {
    await coffer.control`
      insert into control_plane.project_members (project_id, user_id, permissions)
      select id, ${row.id}, ${granted}::control_plane.permission[] from control_plane.projects where slug = ${slug}`;
  }
  return { ...person, id: row.id };
}

/** The same, signed in already. */
export async function addGuest(coffer: Coffer, wish?: Wish): Promise<Guest> {
  const person = await addPerson(coffer, wish);
  const state = await signIn(coffer.url, person);
  return { ...person, state, api: coffer.api(state), cookie: sessionCookie(state) };
}
