import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { emptyDatabase } from "@/jobs/testing/restore";
import { realTool } from "@/jobs/testing/stand-in";
import { connectionOf, registerTenant, type Schema, sessions, type Tenant } from "@/jobs/testing/tenant";

const run = promisify(execFile);

/** A project in a database of its own whose schema has all that the other has but its rows. `prepare` makes what it leans on. */
export async function emptyCopy(
  { schema, url }: Schema,
  prepare: (to: Schema) => Promise<unknown> = async () => {},
): Promise<Tenant> {
  const to = await emptyDatabase();
  const copy = { schema, url: to, connection: connectionOf(to), sql: sessions(to) };
  await prepare(copy);
  const { stdout } = await run(
    await realTool("pg_dump"),
    ["--schema-only", "--no-owner", "--encoding=UTF8", `--schema=${quoteIdent(schema)}`, "-d", url],
    { maxBuffer: 1e9 },
  );
  const psql = run(await realTool("psql"), ["-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-d", to]);
  psql.child.stdin?.end(stdout);
  await psql;
  return registerTenant(copy);
}
