/** What makes a function, which is code that a dump brings along. */
export const codeIn = (schema: string) =>
  `CREATE FUNCTION ${schema}.f() RETURNS integer LANGUAGE sql AS $$ select 1 $$;`;

const textOf = (schema: string, more: string) => `--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA ${schema};
ALTER SCHEMA ${schema} OWNER TO somebody_else;
CREATE TABLE ${schema}.rooms (id integer NOT NULL, name text);
${more}
COPY ${schema}.rooms (id, name) FROM stdin;
1\tKitchen
2\tCellar
\\.
ALTER TABLE ONLY ${schema}.rooms ADD CONSTRAINT rooms_pkey PRIMARY KEY (id);

--
-- PostgreSQL database dump complete
--
`;

/** A file as stock pg_dump writes it, of a small schema `stranger`, for a project of this name; with or without code in it. */
export const dumpFile = (name: string, { withCode = false } = {}) => ({
  name: `tenant_${name}.sql`,
  mimeType: "application/sql",
  buffer: Buffer.from(textOf("stranger", withCode ? codeIn("stranger") : "")),
});
