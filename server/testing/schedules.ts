import { beforeAll, expect } from "vitest";
import { makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { addPerson, call, type Person } from "@/server/testing/api";

type Given = {
  tenant: Tenant;
  admin: Person;
  /** Manages the tenant, and may export it. */
  ada: Person;
  /** Manages it, and may not export. */
  manager: Person;
  /** Is a member of it, and no more. */
  reader: Person;
  stranger: Person;
};

export type Shown = { id: string; name: string; next_slots: string[] };

export const dataOf = ({ body }: { body: unknown }) => (body as { data: Shown }).data;
export const at = (schedule: { id: string }, verb = "") => `/api/v1/schedules/${schedule.id}${verb}`;
export const hour = (slot: string | undefined) =>
  new Date(slot ?? "").toLocaleTimeString("de", { timeZone: "Europe/Berlin" });

const given = {} as Given;

/** A tenant and people with different rights to it, for all tests of a file. */
export function givenSchedulers(): Given {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 0 });
    given.tenant = tenant;
    given.admin = await addPerson({ role: "admin" });
    given.ada = await addPerson({ permissions: { [tenant.projectId]: ["manage", "export"] } });
    given.manager = await addPerson({ permissions: { [tenant.projectId]: ["manage"] } });
    given.reader = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
    given.stranger = await addPerson();
  });
  return given;
}

export const wish = (changes: object = {}) => ({
  name: `nightly ${unique()}`,
  project_id: given.tenant.slug,
  cron: "0 2 * * *",
  time_zone: "Europe/Berlin",
  ...changes,
});

export const create = (changes: object = {}, as = given.ada) =>
  call("POST /api/v1/schedules", { as, body: wish(changes) });

/** What came of a wish that is granted. */
export async function made(changes: object = {}, as = given.ada): Promise<Shown> {
  const reply = await create(changes, as);
  expect(reply).toMatchObject({ status: 201 });
  return dataOf(reply);
}
