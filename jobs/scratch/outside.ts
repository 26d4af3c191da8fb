import { pipeline } from "node:stream/promises";
import type postgres from "postgres";
import { messageOf } from "@/db/errors";
import type { Manifest } from "@/jobs/archive/manifest";
import { quoteIdent } from "@/jobs/postgres/identifier";
import { type Definition, definitionsOf } from "@/jobs/scratch/definition";

export type Needs = Pick<Manifest, "extensions" | "outsideDependencies">;

/** What could not be made, and why: a restore that needs it fails. */
export type Missing = { name: string; reason: string };

/**
 * Makes in the scratch database what the schema needs from outside of it, which no dump of the schema holds: extensions,
 * types, functions and tables of other schemas, as they are in the live database now, and the rows that its foreign keys
 * point to. What cannot be made is given back; the rest of the world stays out.
 */
export async function recreateOutside(
  { live, scratch }: { live: postgres.Sql; scratch: postgres.Sql },
  schema: string,
  { extensions, outsideDependencies }: Needs,
): Promise<Missing[]> {
  const wanted = new Set(outsideDependencies.map(({ extension }) => extension));
  const missing: Missing[] = [];
  for (const extension of extensions.filter(({ name }) => wanted.has(name))) {
    const reason = await refusal(() => createExtension(scratch, extension));
    if (reason !== null) missing.push({ name: `extension ${extension.name}`, reason });
  }
  const definitions = await definitionsOf(live, schema);
  for (const name of new Set(definitions.map((definition) => definition.schema)))
    await scratch.unsafe(`create schema if not exists ${quoteIdent(name)}`);
  missing.push(...(await createAll(scratch, definitions)));
  for (const table of definitions.filter(({ isReferenced }) => isReferenced)) {
    const reason = await refusal(() => copyRows({ live, scratch }, table.identity));
    if (reason !== null) missing.push({ name: `rows of ${table.identity}`, reason });
  }
  return missing;
}

async function createExtension(scratch: postgres.Sql, { name, schema, version }: Needs["extensions"][number]) {
  await scratch.unsafe(`create schema if not exists ${quoteIdent(schema)}`);
  const create = `create extension if not exists ${quoteIdent(name)} schema ${quoteIdent(schema)}`;
  // A server that was upgraded may have another version than the one that the backup knew.
  const reason = await refusal(() => scratch.unsafe(`${create} version '${version.replaceAll("'", "''")}' cascade`));
  if (reason !== null) await scratch.unsafe(`${create} cascade`);
}

/** They need each other in an order that nobody wrote down: so each round makes what can be made, until nothing more can. */
async function createAll(scratch: postgres.Sql, definitions: Definition[]): Promise<Missing[]> {
  await scratch.unsafe("set check_function_bodies = off");
  let left = definitions;
  for (;;) {
    const refused: (Missing & { definition: Definition })[] = [];
    for (const definition of left) {
      const reason = await refusal(() => scratch.unsafe(definition.statement));
      if (reason !== null) refused.push({ definition, name: definition.identity, reason });
    }
    if (refused.length === 0 || refused.length === left.length)
      return refused.map(({ name, reason }) => ({ name, reason }));
    left = refused.map(({ definition }) => definition);
  }
}

async function copyRows({ live, scratch }: { live: postgres.Sql; scratch: postgres.Sql }, table: string) {
  const source = await live.unsafe(`copy (select * from ${table}) to stdout`).readable();
  await pipeline(source, await scratch.unsafe(`copy ${table} from stdin`).writable());
}

async function refusal(work: () => PromiseLike<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
