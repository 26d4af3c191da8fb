import { describe, expect, it } from "vitest";
import { gatherDefinitions } from "@/jobs/browse/definitions";
import { readDefinitions } from "@/jobs/browse/dump";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dumpFile } from "@/jobs/testing/dump-file";
import { tortureTenant } from "@/jobs/testing/torture";

givenControlPlane();

function objectsOf(...statements: string[]) {
  const gathered = gatherDefinitions();
  for (const statement of statements) gathered.add(statement);
  return gathered.end().objects.map(({ kind, name, statements: all }) => ({ kind, name, statements: all.length }));
}

describe("the statements of a dump", () => {
  it("come together by the object that they are about, whatever it is called", () => {
    expect(
      objectsOf(
        'CREATE TABLE "S. x"."ON t" (\n    a integer\n);',
        'ALTER TABLE "S. x"."ON t" OWNER TO "some ""body""";',
        'CREATE INDEX "i ON x" ON "S. x"."ON t" USING btree (a);',
        'COMMENT ON INDEX "S. x"."i ON x" IS \'about; an index\';',
        'CREATE TRIGGER "t ON ""q""" BEFORE INSERT OR UPDATE OF "a ON b", c ON "S. x"."ON t" FOR EACH ROW EXECUTE FUNCTION "S. x".f();',
        'COMMENT ON COLUMN "S. x"."ON t"."a.b" IS \'x IS y\';',
        'COMMENT ON CONSTRAINT c ON "S. x"."ON t" IS \'c\';',
        'GRANT SELECT("a ON b") ON TABLE "S. x"."ON t" TO PUBLIC;',
        'ALTER TABLE "S. x"."ON t" ADD CONSTRAINT c CHECK ((a <> \' OWNER TO x\'));',
      ),
    ).toEqual([{ kind: "table", name: "ON t", statements: 8 }]);
  });

  it("tell functions of one name apart by their arguments, defaults or not", () => {
    expect(
      objectsOf(
        "CREATE FUNCTION s.f(a integer DEFAULT 1, b text DEFAULT ', ('::text) RETURNS integer LANGUAGE sql AS $$ select 1 $$;",
        "CREATE FUNCTION s.f(a integer) RETURNS integer LANGUAGE sql AS $$ select 1 $$;",
        "COMMENT ON FUNCTION s.f(a integer, b text) IS 'two';",
        "REVOKE ALL ON FUNCTION s.f(a integer) FROM PUBLIC;",
        "GRANT ALL ON FUNCTION s.f(a integer) TO x;",
      ),
    ).toEqual([
      { kind: "function", name: "f(a integer, b text)", statements: 2 },
      { kind: "function", name: "f(a integer)", statements: 3 },
    ]);
  });

  it("that nobody foresaw are objects of their own", () => {
    expect(
      objectsOf("CREATE OPERATOR s.=== (\n    FUNCTION = s.f\n);", "CREATE CAST (text AS s.t) WITHOUT FUNCTION;"),
    ).toEqual([
      { kind: "operator", name: "s.===", statements: 1 },
      { kind: "cast", name: "", statements: 1 },
    ]);
  });
});

describe.each(["custom", "sql", "tar"] as const)("the definitions in a backup as %s", (format) => {
  it("are those of every object of the schema, with what belongs to each", async () => {
    const tenant = await tortureTenant();
    const { objects, columns } = await readDefinitions(await dumpFile(tenant, { format, compression: "gzip" }));
    const named = (kind: string) => objects.filter((object) => object.kind === kind).map(({ name }) => name);
    const live = await tenant.sql<{ name: string; kind: string }[]>`
      select relname as name, relkind as kind from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname = ${tenant.schema} and relname <> 'people_id_seq' and relkind in ('r', 'p', 'v', 'm', 'S')`;
    const liveOf = (...kinds: string[]) =>
      live.flatMap(({ name, kind }) => (kinds.includes(kind) ? [name] : [])).sort();
    expect(named("table").sort()).toEqual(liveOf("r", "p"));
    expect(named("view").sort()).toEqual(liveOf("v"));
    expect(named("materialized view").sort()).toEqual(liveOf("m"));
    expect(named("sequence").sort()).toEqual(liveOf("S"));
    expect(named("function").sort()).toEqual(["touch()", "twice(integer)"]);
    expect([named("procedure"), named("aggregate"), named("domain")]).toEqual([
      ["nothing_much()"],
      ["add_up(integer)"],
      ["email"],
    ]);
    expect(named("type").sort()).toEqual(["address", "float_range", "mood"]);
    const people = objects.find(({ name }) => name === "people")?.statements.join("\n") ?? "";
    for (const part of [
      "PRIMARY KEY",
      "people_data_idx",
      "CREATE TRIGGER touched",
      "'two\nlines'",
      "CREATE STATISTICS",
      "IDENTITY",
      "people_boss_fkey",
    ])
      expect(people).toContain(part);
    expect(people).not.toContain("OWNER TO");
    expect(objects.find(({ name }) => name === "events_2025_odd")?.statements.join("\n")).toMatch(
      /ATTACH PARTITION .*events_2025_odd FOR[\s\S]*ALTER INDEX .*events_2025_odd_pkey/,
    );
    expect(
      columns("people")
        ?.slice(0, 5)
        .map(({ type }) => type),
    ).toEqual(["bigint", "email", "address", "mood", "text[]"]);
    expect(columns("child")).toMatchObject([
      { name: "id", type: "integer" },
      { name: "extra", type: "text" },
    ]);
  });
});
