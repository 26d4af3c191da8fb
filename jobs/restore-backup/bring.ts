import type postgres from "postgres";
import type { Connection } from "@/db/schema";
import { portable, scriptOf } from "@/jobs/archive/dump-script";
import type { Manifest } from "@/jobs/archive/manifest";
import { bringHome } from "@/jobs/backup-copy/bring-home";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { failed } from "@/jobs/lifecycle/failure";
import { inSession } from "@/jobs/lifecycle/in-session";
import { keysOf } from "@/jobs/lifecycle/keys";
import { applicationName } from "@/jobs/postgres/connection";
import { restoreInto } from "@/jobs/postgres/pg-restore";
import { requireTool } from "@/jobs/postgres/require-tool";
import { serverMajor } from "@/jobs/postgres/server-major";
import { feed } from "@/jobs/postgres/spawn";
import { analyze, analyzeAsFilled } from "@/jobs/restore-backup/analyze";
import { besideScript, type Choice } from "@/jobs/restore-backup/beside-script";
import { hasSchema } from "@/jobs/restore-backup/has-schema";
import { asideSchema, besideSchema } from "@/jobs/restore-backup/names";
import { preflight } from "@/jobs/restore-backup/preflight";
import { firstStop, type PreflightReport } from "@/jobs/restore-backup/preflight-report";
import { byteMeter, within } from "@/jobs/restore-backup/progress";
import { type Claimed, checkArchive, checkSum } from "@/jobs/verify-backup/archive";
import { loadClaim } from "@/jobs/verify-backup/claim";
import { type Proof, prove } from "@/jobs/verify-backup/proof";

/** A backup on its way into a schema of its own, beside whatever else is in that database. */
export type Bringing = {
  context: RunContext;
  connection: Connection;
  claimed: Claimed;
  manifest: Manifest;
  tools: { psql: string; pgRestore: string };
};

/** What is known of the backup, and the programs for it and for the server. */
export async function loadBringing(context: RunContext, connection: Connection, backupId: string): Promise<Bringing> {
  await bringHome(context, backupId);
  const { claimed, manifest } = await loadClaim(backupId, await keysOf(context.job));
  const major = Math.max(await serverMajor(connection), Number(manifest.clientVersion));
  const [psql, pgRestore] = await Promise.all([requireTool("psql", major), requireTool("pg_restore", major)]);
  return { context, connection, claimed, manifest, tools: { psql: psql.path, pgRestore: pgRestore.path } };
}

/** The schema that this attempt restores to. */
export const besideOf = ({ context: { job } }: Pick<Bringing, "context">) => besideSchema(job.id, job.fence);

/** Looks at the target. Fails when something stands in the way, after `keep` has seen the report. */
export async function lookAhead(
  bringing: Bringing,
  { schema, tables }: { schema: string; tables?: string[] },
  keep: (report: PreflightReport) => Promise<void>,
): Promise<void> {
  const { manifest } = bringing;
  const report = await inSession(bringing, (session) => preflight(session, { manifest, schema, tables }));
  await keep(report);
  const stop = firstStop(report);
  if (!stop) return;
  const items = stop.items.length > 0 ? ` ${stop.items.join("; ")}.` : "";
  throw failed({ code: "restore_refused", message: `${stop.detail}${items}`, hint: "Nothing was changed." });
}

/** A damaged file is refused before any of it gets near the server. `whole`: not only its sha256 is looked at. */
export async function readFirst({ context, claimed, tools }: Bringing, whole: boolean): Promise<void> {
  const { signal } = context;
  const onBytes = byteMeter(within(context, "read"), claimed.sizeBytes + claimed.originalBytes);
  const reading = { pgRestore: tools.pgRestore, signal, onBytes };
  const checks = whole ? (await checkArchive(claimed, reading)).checks : [await checkSum(claimed, reading)];
  signal.throwIfAborted();
  const wrong = checks.find(({ result }) => result === "failed");
  if (wrong)
    throw failed({
      code: "corrupt",
      message: wrong.detail,
      hint: "Nothing was restored, and nothing was changed. Restore another backup.",
    });
}

/**
 * Restores to the schema beside, in the database where the live one goes on as if nothing were. Gives the tables that were
 * analyzed meanwhile. What was committed when it fails is there.
 */
export const bring = (bringing: Bringing, choice: Choice = {}): Promise<ReadonlySet<string>> =>
  inSession(bringing, (session) => fill(bringing, choice, session));

async function fill(bringing: Bringing, choice: Choice, session: postgres.Sql): Promise<ReadonlySet<string>> {
  const { context, connection, claimed, manifest, tools } = bringing;
  const { job, signal } = context;
  const made = manifest.project.schema;
  const inner = within(context, "restore");
  const onBytes = byteMeter(inner, claimed.originalBytes);
  const { archive, keys, format } = claimed;
  async function* script() {
    const dump = { archive, keys, format, pgRestore: tools.pgRestore, signal };
    for await (const chunk of scriptOf(dump, portable)) {
      // A script is about as long as the archive that it comes from.
      onBytes(chunk.length);
      yield chunk;
    }
  }
  const beside = besideOf(bringing);
  // The server has a core to spare while it takes the rows of the next table.
  const analysis = analyzeAsFilled(session, beside);
  const renamed = besideScript(script(), {
    ...choice,
    made,
    beside,
    aside: (await hasSchema(connection, made)) ? asideSchema(job.id) : null,
    onTable: (currentTable) => inner.report({ currentTable }),
    afterLarge: analysis.mark,
  });
  const application = applicationName(job.id, job.fence);
  const request = { format: "sql", tool: tools.psql, connection, application, signal, onLine: analysis.hear } as const;
  await restoreInto((psql) => feed(renamed, psql), request);
  return analysis.done();
}

/** Most servers have a second core to spare for a moment. */
const atOnce = 2;

/** Compares what was restored with the manifest, table by table. Fails when anything differs, after `keep` has seen the proof. */
export async function compare(
  bringing: Bringing,
  { structureOnly, tables, analyzed }: Choice & { analyzed: ReadonlySet<string> },
  keep: (proof: Proof) => Promise<void>,
): Promise<void> {
  const { manifest } = bringing;
  const schema = besideOf(bringing);
  const expected = structureOnly ? withRowsOf(manifest, new Set()) : tables ? withRowsOf(manifest, tables) : manifest;
  const work = async (session: postgres.Sql) => {
    const compared = prove(session, { ...expected, project: { ...manifest.project, schema } });
    const [found] = await Promise.all([compared, analyze(session, schema, { connections: atOnce, early: analyzed })]);
    return found;
  };
  const proof = await inSession(bringing, work, atOnce);
  await keep(proof);
  if (proof.isProven) return;
  throw failed({
    code: "restore_failed",
    message: `What was restored is not what was backed up: ${differences(proof)}.`,
    hint: "Nothing was changed. Verify the backup by restore to see every table.",
  });
}

/** What it is with the rows of these tables alone. */
const withRowsOf = (manifest: Manifest, tables: ReadonlySet<string>): Manifest => ({
  ...manifest,
  sequences: [],
  tables: manifest.tables.map((table) =>
    table.rows === null || tables.has(table.name) ? table : { ...table, rows: 0, fingerprint: null },
  ),
});

/** The first few, by name. */
function differences({ tables, sequences }: Proof): string {
  const wrong = [...tables, ...sequences].filter(({ verdict }) => !/^(rows )?equal$/.test(verdict));
  const some = wrong.slice(0, 5).map(({ name, verdict }) => `${name} (${verdict})`);
  return some.join(", ") + (wrong.length > some.length ? ` and ${wrong.length - some.length} more` : "");
}
