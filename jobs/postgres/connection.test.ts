import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Connection } from "@/db/schema";
import { connectTenant, toolConnection } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { spawnTool } from "@/jobs/postgres/spawn";
import { testEnv } from "@/jobs/testing/env";
import { realTool } from "@/jobs/testing/stand-in";
import { adminSql, connectionOf, unique } from "@/jobs/testing/tenant";

/** A role with a name and password that want quoting everywhere. */
async function oddRole(): Promise<Connection> {
  const odd = { user: `Ödd "role" ${unique()}`, password: `p:a\\s's"w \\: ${unique()}` };
  const literal = `E'${odd.password.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  await adminSql().unsafe(`create role ${quoteIdent(odd.user)} login password ${literal}`);
  await adminSql().unsafe(`grant connect on database tenants to ${quoteIdent(odd.user)}`);
  return { ...connectionOf(testEnv.tenantUrl), ...odd };
}

describe("a connection to a tenant's database", () => {
  it("takes any user and password, carries its name, and no time limit that the role may have", async () => {
    const connection = await oddRole();
    for (const limit of ["statement_timeout", "idle_in_transaction_session_timeout"]) {
      await adminSql().unsafe(`alter role ${quoteIdent(connection.user)} set ${limit} = '20ms'`);
    }
    const sql = connectTenant(connection, "coffer:job:1:monitor");
    await sql`begin`;
    await delay(60);
    const [row] = await sql`
      select current_user as "user", current_setting('application_name') as name, pg_sleep(0.06)::text as slept`;
    await sql.end();
    expect(row).toEqual({ user: connection.user, name: "coffer:job:1:monitor", slept: "" });
  });

  it("is told to PostgreSQL's programs without the password in sight, whatever characters it has", async () => {
    const connection = await oddRole();
    const question = "select current_user || '|' || current_setting('application_name') || '|' || pg_sleep(1)";
    const options = { args: ["-XAtwc", question], ...toolConnection(connection, "coffer:job:1") };
    const tool = spawnTool(await realTool("psql"), options);
    const seen = await Promise.all(["environ", "cmdline"].map((file) => readFile(`/proc/${tool.pid}/${file}`, "utf8")));
    expect(seen.join()).not.toContain(connection.password);
    expect(await text(tool.stdout ?? Readable.from([]))).toBe(`${connection.user}|coffer:job:1|\n`);
    expect((await tool.ended).code).toBe(0);
  });
});
