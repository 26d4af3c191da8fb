import { randomBytes } from "node:crypto";
import type { Connection } from "@/db/schema";
import { judge } from "@/jobs/import-dump/judge";
import { refused } from "@/jobs/import-dump/refusal";
import type { Exchange, Keys, RoleNames } from "@/jobs/import-dump/role";
import { checkedRows, mostStatementBytes } from "@/jobs/import-dump/survey";
import { failed } from "@/jobs/lifecycle/failure";
import { quoteIdent, quoteLiteral } from "@/jobs/postgres/identifier";
import { restoreFailure, restoreInto } from "@/jobs/postgres/pg-restore";
import type { Ending } from "@/jobs/postgres/spawn";
import { feed } from "@/jobs/postgres/spawn";
import { oneAtATime } from "@/jobs/restore-backup/beside-script";
import { stagedScript } from "@/jobs/restore-backup/staged-script";

export type Running = {
  connection: Connection;
  application: string;
  names: RoleNames;
  exchange: Exchange;
  keys: Keys;
  psql: string;
  allowFunctions: boolean;
  signal: AbortSignal;
  onTable(name: string): void;
};

/**
 * Runs a stranger's script, signed in as the role without rights. Every piece is judged once more on its way; psql is told
 * to obey no command of its own before the word is said that nobody else knows.
 */
export async function runDump(script: AsyncIterable<Buffer>, running: Running): Promise<void> {
  const { application, names, keys, signal } = running;
  const connection = { ...running.connection, user: names.role, password: keys.password };
  const request = { format: "sql", tool: running.psql, connection, application, signal, explain } as const;
  await restoreInto((psql) => feed(guardedScript(script, running), psql), request);
}

function guardedScript(script: AsyncIterable<Buffer>, running: Running): AsyncGenerator<Buffer> {
  const { names, exchange, keys, allowFunctions, onTable } = running;
  const turn = (way: "enter" | "leave") => `select ${quoteIdent(names.door)}.${way}(${quoteLiteral(keys.token)});\n`;
  return stagedScript(script, {
    start: `\\restrict ${randomBytes(24).toString("hex")}\n${oneAtATime(exchange)}`,
    begin: () => `begin;\n${turn("enter")}`,
    // What a deferred trigger does, it does before the schemas have their own names again.
    commit: `set constraints all immediate;\n${turn("leave")}commit;\n`,
    leavesOut: (piece) => judge(piece, { allowFunctions }).act === "leave out",
    rows: checkedRows,
    mostBytes: mostStatementBytes,
    onTable,
  });
}

/** The server's refusal to let the role reach anything else is the dump's fault. */
function explain(ending: Ending): Error {
  const text = ending.stderr.join("\n");
  if (/password authentication failed|no pg_hba\.conf entry|is not permitted to log in/.test(text))
    return failed({
      code: "authentication_failed",
      message: "The server does not let the role sign in that the dump is restored as.",
      hint: "pg_hba.conf has to let new roles sign in with a password from this host.",
      toolOutput: ending.stderr,
    });
  const denied = /ERROR: +((?:permission denied|must be (?:owner|superuser|able)|cross-database).*)/.exec(text)?.[1];
  if (denied) return refused(`This dump reaches for something outside of its schema: ${denied}.`);
  return failed(restoreFailure(ending));
}
