import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { databases } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dumpOf, imported, rolesAndSchemasOf, scriptOf } from "@/jobs/testing/dump-import";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { contentsOf } from "@/jobs/testing/restore";
import { toolOfVersion } from "@/jobs/testing/stand-in";
import { adminSql, makeTenant, type Tenant, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();
givenWorker(async () => ({ COFFER_PG_BIN: await toolOfVersion("pg_restore", "15.20"), WORKER_CONCURRENCY: "6" }));

let other: Tenant;
beforeAll(async () => {
  other = await makeTenant();
});

afterAll(async () => expect(await leftovers()).toEqual(nothing));

async function refusal(bytes: Buffer | string, wish: Parameters<typeof imported>[1] = { allowFunctions: true }) {
  const { job } = await imported(bytes, wish);
  expect(job).toMatchObject({ status: "failed", attempts: 1, projectId: null });
  expect(await rolesAndSchemasOf(job.id)).toEqual([]);
  return `${job.errorCode}: ${job.errorMessage}`;
}

/** A dump whose rows make the server run this, on behalf of whoever restores it. */
const spying = (body: string) =>
  scriptOf(`
CREATE FUNCTION stranger.spy() RETURNS trigger LANGUAGE plpgsql AS $f$ begin ${body}; return new; end $f$;
CREATE TRIGGER spy BEFORE INSERT ON stranger.t FOR EACH ROW EXECUTE FUNCTION stranger.spy();
COPY stranger.t (id, body) FROM stdin;
1\ta
\\.
`);

describe("code that a dump brings along", () => {
  it.concurrent.each([
    ["read another tenant", () => `perform * from ${other.schema}.t1`, "permission denied for schema"],
    ["delete from another tenant", () => `delete from ${other.schema}.t1`, "permission denied for schema"],
    ["be somebody else", () => `set role ${other.connection.user}`, "permission denied to set role"],
    [
      "be whoever started it",
      () => `reset role; reset session authorization; perform * from ${other.schema}.t1`,
      "permission denied",
    ],
    ["make a role", () => "create role boss", "permission denied to create role"],
    ["read a file", () => "perform pg_read_file('/etc/passwd')", "permission denied for function pg_read_file"],
    ["run a program", () => "copy stranger.t from program 'id'", "must be superuser"],
    [
      "exchange the schemas",
      () =>
        "execute (select format('select %I.leave(%L)', nspname, 'x') from pg_namespace where nspname like 'coffer\\_door\\_%' and has_schema_privilege(oid, 'usage'))",
      "insufficient_privilege",
    ],
    ["make a schema", () => "create schema more", "permission denied for database"],
  ])("may not %s", async (_, body, expected) => {
    const before = await contentsOf(other.url, other.schema);
    expect(await refusal(spying(body()))).toContain(expected);
    expect(await contentsOf(other.url, other.schema)).toEqual(before);
  });

  it("runs where it does no harm", async () => {
    const { job, options } = await imported(spying("new.body = current_user || ' ' || session_user"), {
      allowFunctions: true,
    });
    expect(job).toMatchObject({ status: "completed", errorMessage: null, rowsDone: 1, tablesDone: 1 });
    const [row] = await adminSql().unsafe(`select body from "${options.schemaName}".t`);
    expect(row?.body).toMatch(/^coffer_import_(\w+) coffer_import_\1$/);
  });

  it("cannot look out through a view that is somebody else's afterwards", async () => {
    const open = `open_${unique()}`;
    await adminSql().unsafe(
      `create schema ${open}; create table ${open}.secrets (a int); grant usage on schema ${open} to public`,
    );
    const said = await refusal(scriptOf(`CREATE VIEW stranger.v AS SELECT a FROM ${open}.secrets;`));
    expect(said).toContain(`leans on the table ${open}.secrets`);
    await adminSql().unsafe(`drop schema ${open} cascade`);
  });
});

describe("a file that is no whole dump", () => {
  const small = () => dumpOf(other, "plain");
  it.concurrent.each([
    [
      "zeros that unpack without end",
      async () => gzipSync(Buffer.alloc(80e6)),
      "restore_refused: This file is no dump",
    ],
    [
      "a dump that unpacks to far more than itself",
      async () => gzipSync(Buffer.concat([Buffer.from(scriptOf("")), Buffer.alloc(80e6)])),
      "restore_refused: This dump unpacks to more than 500 times its size",
    ],
    [
      "a dump that was cut between two statements",
      async () => (await small()).subarray(0, (await small()).indexOf("--\n-- PostgreSQL database dump complete")),
      "corrupt: The script ends before its end",
    ],
    ["compressed data that was cut", async () => gzipSync(await small()).subarray(0, -20), "corrupt:"],
    [
      "an archive that was cut",
      async () => (await dumpOf(other, "custom")).subarray(0, -500),
      "corrupt: pg_restore cannot read the dump",
    ],
    ["a tar file that was cut", async () => (await dumpOf(other, "tar")).subarray(0, -3000), "corrupt: The archive"],
    [
      "a dump of a whole server",
      async () => Buffer.from("--\n-- PostgreSQL database cluster dump\n--\n"),
      "pg_dumpall",
    ],
    ["a picture", async () => Buffer.from("\x89PNG\r\n"), "restore_refused: This file is no dump"],
    ["nothing", async () => Buffer.alloc(0), "restore_refused: This file is no dump"],
  ])("is refused: %s", async (_, make, expected) => {
    expect(await refusal(await make())).toContain(expected);
  });
});

it("a database user who may not make roles is told how to get there", async () => {
  const role = `plain_${unique()}`;
  await adminSql().unsafe(
    `create role ${role} login password 'x'; grant create, connect on database ${other.connection.database} to ${role}`,
  );
  const connection = { ...other.connection, user: role, password: "x" };
  const [database] = await db.insert(databases).values({ name: role, connection }).returning();
  const { job } = await imported(scriptOf(""), { databaseId: database?.id });
  expect(job).toMatchObject({ status: "failed", errorCode: "permission_denied" });
  expect(job.failure?.hint).toContain("createrole");
  await adminSql().unsafe(`drop owned by ${role}; drop role ${role}`);
});

it("names that are taken are refused", async () => {
  expect(await refusal(scriptOf(""), { schemaName: other.schema })).toContain(`There is a schema ${other.schema}`);
  expect(await refusal(scriptOf(""), { slug: other.slug })).toContain(`slug ${other.slug}`);
});
