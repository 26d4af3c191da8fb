import { codeOf } from "@/db/errors";
import { readScript } from "@/jobs/archive/script";
import { gatherDefinitions } from "@/jobs/browse/definitions";
import type { Side } from "@/jobs/compare/structure";
import { failed } from "@/jobs/lifecycle/failure";
import type { Subject } from "@/jobs/lifecycle/subject";
import { connectTenant, toolConnection } from "@/jobs/postgres/connection";
import { qualified } from "@/jobs/postgres/identifier";
import { readInventory } from "@/jobs/postgres/inventory";
import { dumpFailure, schemaArgs } from "@/jobs/postgres/pg-dump";
import { requireTool } from "@/jobs/postgres/require-tool";
import { spawnTool } from "@/jobs/postgres/spawn";

const application = "coffer:compare";
/** How long all tables together may be counted, in ms. What takes longer is not counted. */
const countingBudget = 20_000;

/** The live schema as pg_dump would write its structure, its rows counted as long as that is quick. */
export async function liveSide({ connection, schema }: Subject, signal: AbortSignal): Promise<Side> {
  const session = connectTenant(connection, application);
  try {
    const [server] = await session<{ major: number; encoding: string }[]>`
      select current_setting('server_version_num')::int / 10000 as major, current_setting('server_encoding') as encoding`;
    const { tables } = await readInventory(session, schema);
    if (!server) throw new Error("a server without settings");
    const tool = await requireTool("pg_dump", server.major);
    const chosen = schemaArgs({ schema, serverEncoding: server.encoding });
    const objects = await definitionsIn({ connection, signal, chosen, pgDump: tool.path });
    const deadline = performance.now() + countingBudget;
    const counted: Side["tables"] = [];
    for (const { name, kind, hasData } of tables) {
      signal.throwIfAborted();
      const left = Math.floor(deadline - performance.now());
      const rows = hasData && left > 0 ? await count(session, qualified(schema, name), left) : null;
      counted.push({ name, kind, rows });
    }
    return { objects, tables: counted };
  } finally {
    await session.end({ timeout: 0 });
  }
}

/** Null when it takes longer than so many ms. */
async function count(session: ReturnType<typeof connectTenant>, table: string, within: number): Promise<number | null> {
  try {
    const [row] = await session.begin(async (tx) => {
      await tx.unsafe(`set local statement_timeout = ${within}`);
      return tx.unsafe<{ rows: number }[]>(`select count(*)::float8 as rows from only ${table}`);
    });
    return row?.rows ?? null;
  } catch (error) {
    if (codeOf(error) === queryCanceled) return null;
    throw error;
  }
}

const queryCanceled = "57014";

type Wanted = Pick<Subject, "connection"> & { signal: AbortSignal; chosen: string[]; pgDump: string };

async function definitionsIn({ connection, signal, chosen, pgDump }: Wanted): Promise<Side["objects"]> {
  const args = ["--schema-only", ...chosen, "--no-owner", "--lock-wait-timeout=5000", "--no-password"];
  const tool = spawnTool(pgDump, { ...toolConnection(connection, application), args, signal });
  const gathered = gatherDefinitions();
  try {
    for await (const piece of readScript(tool.stdout ?? nothing()))
      if (piece.kind === "statement") gathered.add(piece.text);
  } finally {
    await tool.end();
  }
  const ending = await tool.ended;
  signal.throwIfAborted();
  if (ending.code !== 0) throw failed(dumpFailure(ending));
  return gathered.end().objects;
}

async function* nothing(): AsyncGenerator<Buffer> {}
