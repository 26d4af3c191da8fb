import type { Coffer } from "@/e2e/tools/coffer";
import { unique } from "@/e2e/tools/people";

export type Reader = { user: string; password: string };

/** A role that may read all tables of a schema but one. */
export async function addReader(
  { tenants }: Coffer,
  { schema, but }: { schema: string; but: string },
): Promise<Reader> {
  const reader = { user: `reader_${unique()}`, password: `secret-${unique()}` };
  await tenants.unsafe(`
    create role ${reader.user} login password '${reader.password}';
    grant connect on database tenants to ${reader.user};
    grant usage on schema ${schema} to ${reader.user};
    grant select on all tables in schema ${schema} to ${reader.user};
    revoke select on ${schema}.${but} from ${reader.user};`);
  return reader;
}
