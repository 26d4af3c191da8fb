import { beforeAll, describe, expect, it } from "vitest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Backup, backupsOf, jobAtEnd, startExport } from "@/jobs/testing/export-job";
import { contentsOf, emptyDatabase, findings, restore } from "@/jobs/testing/restore";
import { makeTenant, sessions, type Tenant, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

const u = unique();
const names: [what: string, schema: string][] = [
  ["nothing odd", `tenant_acme_${u}`],
  ["nothing odd, and one more letter", `tenant_acme_${u}2`],
  ["upper case", `Tenant_Acme_${u}`],
  ["more upper case", `TENANT_ACME_${u.toUpperCase()}`],
  ["a star", "tenant_acme_*"],
  ["nothing but a star", "*"],
  ["question marks", `tenant_acme_${"?".repeat(u.length)}`],
  ["a bar and brackets", `(tenant|x)[_]acme_${u}`],
  ["a dot", `tenant_acme_${u}.only_0`],
  ["a quote", `a"b ${u}`],
  ["two quotes", `""${u}""`],
  ["an apostrophe and a semicolon", `'; drop schema tenant_acme_${u}; --`],
  ["spaces at its ends", `  ${u} `],
  ["a newline", `a\nb ${u}`],
  ["a tab and a backslash", `a\t\\connect ${u}`],
  ["a shell's command", `$(id)\`id\` ${u}`],
  ["a leading minus", `-n ${u}`],
  ["an option", `--file=${u}`],
  ["per cents and dollars", `%s$$${u}$$`],
  ["letters of the world", `Späti 日本 🐘 ${u}`],
  ["63 bytes", `${u}${"ü".repeat(26)}x`],
];
const rowOf = (n: number) => `row-of-${u}-${n}.`;
const tableOf = (n: number) => `only_${u}_${n}_`;

givenControlPlane();
givenWorker();
const tenants: Tenant[] = [];
beforeAll(async () => {
  for (const format of ["custom", "sql"]) copies.set(format, await emptyDatabase());
  for (const [n, [, schema]] of names.entries()) {
    const tenant = await makeTenant({ schema, tables: 0 });
    const table = `${quoteIdent(schema)}.${tableOf(n)}`;
    await tenant.sql.unsafe(
      `create table ${table} (id serial primary key, body text); create index on ${table} (body)`,
    );
    await tenant.sql.unsafe(`insert into ${table} (body) values ('${rowOf(n)}')`);
    tenants.push(tenant);
  }
});

/** Where backups of each format are restored to, one beside the other. */
const copies = new Map<string, string>();

async function exported(tenant: Tenant, format: string): Promise<Backup> {
  const id = await startExport(tenant, { format });
  const job = await jobAtEnd(id);
  const [backup] = await backupsOf(id);
  if (!backup) throw new Error(`${job.status}: ${job.errorMessage}`);
  return backup;
}

describe("a schema whose name has", () => {
  it.each(names.map(([what], n) => [what, n] as const))(
    "%s is dumped and restored, and nothing of any other schema with it",
    async (_, n) => {
      const tenant = tenants[n];
      if (!tenant) throw new Error("no tenant");
      const own = await contentsOf(testEnv.tenantUrl, tenant.schema);
      const others = names.flatMap((_, other) => (other === n ? [] : [rowOf(other), tableOf(other)]));
      await Promise.all(
        [...copies].map(async ([format, url]) => {
          const backup = await exported(tenant, format);
          expect(await findings(backup, [rowOf(n), tableOf(n)])).toEqual([rowOf(n), tableOf(n)]);
          expect(await findings(backup, others)).toEqual([]);
          await restore(backup, url);
          expect(await contentsOf(url, tenant.schema)).toEqual(own);
        }),
      );
    },
  );

  it("always been there (public) is dumped and restored like any other", async () => {
    const url = await emptyDatabase();
    const tenant = await makeTenant({ schema: "public", url });
    const { tables, sequences } = await contentsOf(url, "public");
    for (const format of ["custom", "sql", "tar"]) {
      const copy = await emptyDatabase();
      await sessions(copy)`drop schema public`;
      await restore(await exported(tenant, format), copy);
      // Its definition differs by what PostgreSQL grants everybody on its own schema, which pg_dump takes for granted.
      expect(await contentsOf(copy, "public")).toMatchObject({ tables, sequences });
    }
  });
});
