import { beforeEach } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { dataFile, imported } from "@/jobs/testing/data-import";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";

type Given = {
  tenant: Tenant;
  /** Its schema, quoted. */
  schema: string;
};

const given = {} as Given;

/** A tenant without tables for each test. */
export function givenEmptyTenants(): Given {
  beforeEach(async () => {
    given.tenant = await makeTenant({ tables: 0 });
    given.schema = quoteIdent(given.tenant.schema);
  });
  return given;
}

/** Does something in the tenant's schema. */
export const make = (statements: string) =>
  given.tenant.sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${given.schema}`);
    await tx.unsafe(statements);
  });

/** What a query in the tenant's schema gives. */
export const rows = async (query: string) =>
  given.tenant.sql.begin(async (tx) => {
    await tx.unsafe(`set local search_path = ${given.schema}`);
    return [...(await tx.unsafe(query).values())];
  });

/** Imports a file of this content. */
export const run = async (content: string, options: Record<string, unknown> = {}) =>
  imported(given.tenant, await dataFile(given.tenant, content, "rows"), options);

export const completed = { status: "completed", errorMessage: null };
