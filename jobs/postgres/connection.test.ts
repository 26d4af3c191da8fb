import { execFile } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Connection } from "@/db/schema";
import { connectTenant, toolConnection } from "@/jobs/postgres/connection";
import { quoteIdent } from "@/jobs/postgres/identifier";
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

  it("is told to PostgreSQL's programs without a word of the password in variables or arguments", async () => {
    const connection = await oddRole();
    const tool = await toolConnection(connection, "coffer:job:1");
    expect(JSON.stringify(tool.env)).not.toContain(connection.password.slice(-10));
    const question = "select current_user || '|' || current_setting('application_name')";
    const env = { PATH: process.env.PATH, ...tool.env } as unknown as NodeJS.ProcessEnv;
    const { stdout } = await promisify(execFile)(await realTool("psql"), ["-XAtwc", question], { env });
    expect(stdout.trim()).toBe(`${connection.user}|coffer:job:1`);
    await tool.remove();
  });

  it("keeps the password where only we can read it, and not longer than needed", async () => {
    const tool = await toolConnection(connectionOf(testEnv.tenantUrl), "coffer:job:1");
    const file = await stat(tool.env.PGPASSFILE ?? "");
    expect((file.mode & 0o777).toString(8)).toBe("600");
    await tool.remove();
    expect((await readdir(testEnv.tempDir)).filter((name) => name.startsWith("coffer-"))).toEqual([]);
  });
});
