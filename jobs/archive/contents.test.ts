import { describe, expect, it } from "vitest";
import { checkScript, parseListing } from "@/jobs/archive/contents";

const listing = `;
; Archive created at 2026-11-21 10:00:00 UTC
;     dbname: tenants
;     TOC Entries: 12
;
;
; Selected TOC Entries:
;
7; 2615 16390 SCHEMA - tenant_acme coffer_tenants
216; 1259 16391 TABLE tenant_acme customers coffer_tenants
217; 1259 16395 SEQUENCE tenant_acme customers_id_seq coffer_tenants
3345; 0 0 SEQUENCE OWNED BY tenant_acme customers_id_seq coffer_tenants
3340; 0 16391 TABLE DATA tenant_acme customers coffer_tenants
3341; 0 16399 TABLE DATA tenant_acme TABLE DATA coffer_tenants
3346; 0 0 SEQUENCE SET tenant_acme customers_id_seq coffer_tenants
3195; 2606 16397 CONSTRAINT tenant_acme customers customers_pkey coffer_tenants
3350; 0 16420 MATERIALIZED VIEW DATA tenant_acme totals coffer_tenants
`;

describe("a listing of pg_restore", () => {
  it("is read entry by entry, comments left out", () => {
    const entries = parseListing(listing);
    expect(entries).toHaveLength(9);
    expect(entries.filter(({ kind }) => kind === "SCHEMA")).toEqual([{ oid: 16390, kind: "SCHEMA" }]);
  });

  it("tells rows of tables from everything else, whatever the tables are called", () => {
    const data = parseListing(listing).filter(({ kind }) => kind === "TABLE DATA");
    expect(data.map(({ oid }) => oid)).toEqual([16391, 16399]);
  });

  it("is empty for what is no listing", () => {
    expect(parseListing("pg_restore: error: did not find magic string in file header")).toEqual([]);
  });
});

const script = (statement: string) =>
  `--\n-- PostgreSQL database dump\n--\n\nSET lock_timeout = 0;\n\n${statement}\n\n--\n`;

describe("the beginning of a plain dump", () => {
  it("makes the schema that was asked for, with or without quotes", () => {
    expect(() => checkScript(script("CREATE SCHEMA tenant_acme;"), "tenant_acme")).not.toThrow();
    expect(() => checkScript(script('CREATE SCHEMA "Tenant ""A""";'), 'Tenant "A"')).not.toThrow();
    expect(() => checkScript(script('CREATE SCHEMA "a\nb";'), "a\nb")).not.toThrow();
  });

  it("need not make the schema public, which every database has", () => {
    expect(() => checkScript(script(""), "public")).not.toThrow();
  });

  it.each([
    ["another schema", script("CREATE SCHEMA tenant_acme2;"), "tenant_acme"],
    ["the same in other letters", script("CREATE SCHEMA tenant_acme;"), "Tenant_Acme"],
    ["no schema", script("CREATE TABLE a (b int);"), "tenant_acme"],
    ["a statement inside of something else", script("-- CREATE SCHEMA tenant_acme;"), "tenant_acme"],
    ["nothing", "", "tenant_acme"],
    ["an archive", "PGDMP\u0001\u000e", "public"],
  ])("is refused when it holds %s", (_, text, schema) => {
    expect(() => checkScript(text, schema)).toThrow();
  });
});
