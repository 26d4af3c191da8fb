import { expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { restored } from "@/jobs/testing/restoration";
import { contentsOf } from "@/jobs/testing/restore";
import { makeTenant, sessions, tenantSql, unique } from "@/jobs/testing/tenant";
import { backupOf, proofOf } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker();

/** A database whose text is stored in this encoding. Gives its address. */
async function databaseIn(encoding: string): Promise<string> {
  const name = `in_${encoding.toLowerCase()}_${unique()}`;
  await tenantSql().unsafe(
    `create database ${name} template template0 encoding '${encoding}' lc_collate 'C' lc_ctype 'C'`,
  );
  const url = new URL(testEnv.tenantUrl);
  url.pathname = `/${name}`;
  return url.href;
}

it.each([
  ["LATIN1", "custom"],
  ["LATIN1", "sql"],
  ["SQL_ASCII", "tar"],
])(
  "names and text outside of ASCII come through in a database with the encoding %s, as %s",
  async (encoding, format) => {
    const url = await databaseIn(encoding);
    const tenant = await makeTenant({ schema: 'Müller & "Söhne"', url, tables: 1 });
    await sessions(url).unsafe(`set search_path = "Müller & ""Söhne""";
    create table "Straße" (ort text primary key, "größe" int); insert into "Straße" values ('Köln', 1), ('Århus', 2);
    create function gruß() returns text language sql as $$ select 'Grüße aus ' || ort from "Straße" limit 1 $$`);
    const before = await contentsOf(url, tenant.schema);
    const backup = await backupOf(tenant, { format });
    expect(backup.manifest).toMatchObject({ project: { schema: tenant.schema } });
    expect(await proofOf(backup, "restore")).toMatchObject({ result: "passed" });
    await sessions(url)`delete from ${sessions(url)(tenant.schema)}."Straße"`;
    await restored(backup, tenant);
    expect(await contentsOf(url, tenant.schema)).toEqual(before);
  },
);
