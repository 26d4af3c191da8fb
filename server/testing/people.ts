import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, type Person } from "@/server/testing/api";

type WithPeople = {
  tenant: Tenant;
  admin: Person;
  /** May export and manage the tenant. */
  ada: Person;
  /** Has no right to anything. */
  nobody: Person;
};

/** A tenant, and people who may do everything, some things and nothing with it. */
export async function tenantWithPeople(): Promise<WithPeople> {
  const tenant = await makeTenant();
  const [admin, ada, nobody] = [
    await addPerson({ role: "admin" }),
    await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } }),
    await addPerson(),
  ];
  return { tenant, admin, ada, nobody };
}
