import { describe, expect, it } from "vitest";
import { readScript } from "@/jobs/archive/script";
import { survey } from "@/jobs/import-dump/survey";
import { failureOf } from "@/jobs/lifecycle/failure";
import { scriptOf } from "@/jobs/testing/dump-import";
import { inPieces } from "@/jobs/testing/script-pieces";

/** What a survey says to these statements, byte by byte and all at once. */
async function complaintAbout(statements: string, allowFunctions = true): Promise<string> {
  const said = await Promise.all(
    [[], [1], [7]].map((sizes) =>
      survey(inPieces(Buffer.from(scriptOf(statements)), sizes), { allowFunctions }).then(
        () => "",
        (error) => failureOf(error).message,
      ),
    ),
  );
  expect(new Set(said).size).toBe(1);
  return said[0] ?? "";
}

const routine = (rest: string) => `CREATE FUNCTION stranger.f() RETURNS integer ${rest} AS $$ select 1 $$;`;
const outside = "holds a statement that is not taken from elsewhere";

describe("a dump from elsewhere is refused, with the first line of", () => {
  it.each([
    ["a command for psql", "\\! touch /tmp/owned", "command for psql: \\! touch"],
    ["a connection to elsewhere", "\\connect postgres", "command for psql: \\connect postgres"],
    [
      "a command within a statement",
      "CREATE TABLE stranger.x (a integer) \\! id\n;",
      "command for psql within a statement",
    ],
    ["a command behind a statement", "CREATE TABLE stranger.x (a integer); \\! id", "command for psql: \\! id"],
    ["a file that is read in", "\\i /etc/passwd", "command for psql"],
    ["COPY FROM PROGRAM", "COPY stranger.t FROM PROGRAM 'id';", outside],
    ["COPY FROM PROGRAM that ends like another", "COPY stranger.t FROM PROGRAM 'id' FROM stdin;\n\\.\n", "copies rows"],
    ["COPY from a file", "COPY stranger.t FROM '/etc/passwd';", outside],
    ["COPY TO", "COPY stranger.t TO PROGRAM 'cat';", outside],
    ["COPY of a query", "COPY (select 1) FROM stdin;\n\\.\n", "copies rows"],
    ["a DO block", "DO $$ begin end $$;", outside],
    ["an extension", "CREATE EXTENSION dblink;", outside],
    ["ALTER SYSTEM", "ALTER SYSTEM SET shared_preload_libraries = 'x';", outside],
    ["a function with its owner's rights", routine("LANGUAGE sql SECURITY DEFINER"), "its owner's rights"],
    ["the same in small letters", routine("language sql external security /* x */ definer"), "its owner's rights"],
    ["the same with a comment between", routine("LANGUAGE sql SECURITY -- x\n DEFINER"), "its owner's rights"],
    ["a change of rights", "ALTER FUNCTION stranger.f() SECURITY DEFINER;", outside],
    ["a language that needs trust", routine("LANGUAGE plpython3u"), "language other than"],
    ["a language in quotes", routine(`LANGUAGE "c"`), "language other than"],
    ["no language", "CREATE FUNCTION stranger.f() RETURNS integer AS 'x', 'y';", "language other than"],
    ["an event trigger", "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION stranger.f();", outside],
    ["a rule", "CREATE RULE r AS ON INSERT TO stranger.t DO ALSO DELETE FROM x.y;", outside],
    ["a language", "CREATE LANGUAGE plperlu;", outside],
    ["a role", "CREATE ROLE boss SUPERUSER;", outside],
    ["a server elsewhere", "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw;", outside],
    ["SET ROLE", "SET ROLE postgres;", "changes a setting"],
    ["RESET ROLE", "RESET ROLE;", outside],
    ["another user", "SET SESSION AUTHORIZATION postgres;", "changes a setting"],
    ["other strings", "SET standard_conforming_strings = off;", "changes a setting"],
    ["letters that hide a quote", "SET client_encoding = 'SJIS';", "changes a setting"],
    ["a call", "SELECT pg_catalog.pg_read_file('/etc/passwd');", "calls a function"],
    ["a call within setval", "SELECT pg_catalog.setval('stranger.s', (select 1), true);", "calls a function"],
    ["large objects", "SELECT pg_catalog.lo_import('/etc/passwd');", "calls a function"],
    ["rows that are asked for", "INSERT INTO stranger.t SELECT 1, passwd FROM pg_shadow;", "else than plain values"],
    ["values that are worked out", "INSERT INTO stranger.t VALUES (1, pg_read_file('x'));", "else than plain values"],
    ["values that are asked for", "INSERT INTO stranger.t VALUES (1, (select 'x'));", "else than plain values"],
    ["COMMIT", "COMMIT;", outside],
    ["DROP", "DROP SCHEMA other CASCADE;", outside],
    ["DELETE", "DELETE FROM other.t;", outside],
    ["a subscription", "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION y;", outside],
    ["a schema with more in it", "CREATE SCHEMA a CREATE TABLE b (c integer);", "makes a schema"],
    ["a table without a schema", "CREATE TABLE t (id integer);", "does not say in which schema"],
    ["a NUL character", "CREATE TABLE stranger.x\0 (id integer);", "NUL"],
    ["a statement in a comment's shadow", "/* -- */ DROP TABLE x; -- */", outside],
    [
      "rows that hide their end",
      "COPY stranger.t (id, body) FROM stdin;\n1\ta\n\\.\r\n\\! id\n\\.\n",
      "hide an end of rows",
    ],
    ["rows that begin with their end", "COPY stranger.t (id) FROM stdin;\n\\.x\n\\.\n", "hide an end of rows"],
  ])("%s", async (_, statements, expected) => {
    expect(await complaintAbout(statements)).toContain(expected);
  });

  it("functions, unless they are allowed", async () => {
    expect(await complaintAbout(routine("LANGUAGE sql"), false)).toContain(
      "holds functions or triggers: CREATE FUNCTION",
    );
    expect(await complaintAbout(routine("LANGUAGE sql"))).toBe("");
    const trigger = "CREATE TRIGGER a BEFORE INSERT ON stranger.t FOR EACH ROW EXECUTE FUNCTION stranger.f();";
    expect(await complaintAbout(trigger, false)).toContain("holds functions or triggers");
  });
});

describe("a dump", () => {
  it("of more than one schema is refused, with their names", async () => {
    expect(await complaintAbout("CREATE TABLE other.t (id integer);")).toBe(
      "This dump holds more than one schema: stranger, other.",
    );
    expect(await complaintAbout("CREATE SCHEMA third;")).toContain("stranger, third");
  });

  it("may say the same words where they do no harm", async () => {
    const harmless = `
      COMMENT ON TABLE stranger.t IS 'SECURITY DEFINER \\! DO $$';
      CREATE TABLE stranger."COPY x FROM PROGRAM" ("a\\b" text DEFAULT 'x;DROP');
      CREATE INDEX i ON stranger.t USING btree (id);
      ALTER TABLE ONLY stranger.t ADD CONSTRAINT p PRIMARY KEY (id);
      ALTER TABLE stranger.t OWNER TO somebody; GRANT ALL ON TABLE stranger.t TO PUBLIC;
      INSERT INTO stranger.t (id, body) VALUES (-1.5e3, E'a\\'b'), (NULL, DEFAULT) ON CONFLICT DO NOTHING;
      SELECT pg_catalog.setval('stranger."it''s"', 17, false);
      SET default_tablespace = ''; SET transaction_timeout = 0; SET default_table_access_method = heap;
      \\restrict abc
      COPY stranger.t (id, body) FROM stdin;
1\t\\\\.
2\tx\\.
\\.
      \\unrestrict abc`.replace(/^ +\\/gm, "\\");
    expect(await complaintAbout(harmless)).toBe("");
  });
});

it("a statement or a comment without end is refused before memory is full of it", async () => {
  for (const beginning of ["CREATE VIEW stranger.v AS SELECT '", "-- ", "COPY stranger.t FROM stdin"]) {
    let given = 0;
    const endless = async function* () {
      yield Buffer.from(beginning);
      for (; given < 100; given++) yield Buffer.alloc(1000, "a");
    };
    const reading = async () => {
      for await (const _ of readScript(endless(), 5000));
    };
    await expect(reading()).rejects.toThrow("longer than any");
    expect(given).toBeLessThan(30);
  }
});
