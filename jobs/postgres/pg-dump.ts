import type { DumpFormat } from "@/jobs/archive/dump-format";
import { type Failure, tooManyTables } from "@/jobs/lifecycle/failure";
import { isAscii, quoteIdent } from "@/jobs/postgres/identifier";
import type { Ending } from "@/jobs/postgres/spawn";

export type DumpRequest = {
  schema: string;
  /** How the server stores the database's text, as it names that: `UTF8`, `LATIN1`. */
  serverEncoding: string;
  format: DumpFormat;
  snapshot: string;
  lockWaitSeconds: number;
};

/**
 * The arguments that choose exactly one schema. `--schema` takes a pattern: only inside double quotes is every character
 * itself. Ours is UTF-8, and pg_dump reads it in the encoding that it writes: the database's own, unless it is told.
 * SQL_ASCII is none, where every byte means itself.
 */
export function schemaArgs({ schema, serverEncoding }: Pick<DumpRequest, "schema" | "serverEncoding">): string[] {
  const isForeign = serverEncoding !== "UTF8" && serverEncoding !== "SQL_ASCII" && !isAscii(schema);
  return [`--schema=${quoteIdent(schema)}`, "--strict-names", ...(isForeign ? ["--encoding=UTF8"] : [])];
}

/** The arguments for a dump of one schema to stdout, uncompressed. The connection comes from the environment. */
export function pgDumpArgs({ schema, serverEncoding, format, snapshot, lockWaitSeconds }: DumpRequest): string[] {
  return [
    `--format=${format === "sql" ? "plain" : format}`,
    // Plain and tar take no compression; for them the option itself is an error in some versions.
    ...(format === "custom" ? ["--compress=0"] : []),
    ...schemaArgs({ schema, serverEncoding }),
    `--snapshot=${snapshot}`,
    `--lock-wait-timeout=${lockWaitSeconds * 1000}`,
    "--no-password",
  ];
}

type Rule = [pattern: RegExp, cause: (match: RegExpExecArray) => Failure];

const rules: Rule[] = [
  [
    /query would be affected by row-level security policy for table "(.+?)"/,
    ([, table]) => ({
      code: "permission_denied",
      message: `Row-level security hides rows of table ${table} from this user, so the backup would not be whole.`,
      hint: "Let the database's user own the table, or give it BYPASSRLS.",
    }),
  ],
  [
    /permission denied for (\w+) (.+?)$/m,
    ([, kind, name]) => ({
      code: "permission_denied",
      message: `PostgreSQL refused: no permission on ${kind === "relation" ? "table" : kind} ${name}.`,
      hint: `Grant the database's user the right to read it, then retry.`,
    }),
  ],
  [
    /canceling statement due to (?:statement|lock) timeout|could not obtain lock on/,
    () => ({
      code: "blocked_by_lock",
      message: "Another session held a lock on a table of this schema for too long.",
      hint: "A migration or a long transaction may be running. End it, or wait until it is done.",
    }),
  ],
  [
    /no matching schemas were found|schema with OID \d+ does not exist/,
    () => ({ code: "schema_gone", message: "The schema does not exist any more." }),
  ],
  [
    /(?:invalid memory alloc request size|out of memory|cannot enlarge string buffer)/,
    () => ({
      code: "row_too_large",
      message: "A row is too large for pg_dump: PostgreSQL cannot send more than 1 GB in one piece.",
      hint: "bytea doubles in size on its way out, so values over about 500 MB cannot be dumped. Move them to large objects or files.",
    }),
  ],
  [/out of shared memory/, () => tooManyTables],
  [
    /server version mismatch/,
    () => ({
      code: "tool_missing",
      message: "The server is newer than the installed pg_dump.",
      hint: "Install the PostgreSQL client of the server's version.",
    }),
  ],
  [
    /password authentication failed|no password supplied/,
    () => ({ code: "authentication_failed", message: "PostgreSQL refused the user or password of this database." }),
  ],
  [
    /No space left on device/,
    () => ({
      code: "disk_full",
      message: "The disk for temporary files is full.",
      hint: "Free some space, or set TMPDIR to a larger disk.",
    }),
  ],
  [
    /server closed the connection|terminating connection|connection not open|could not receive data|SSL SYSCALL|Connection reset|no connection to the server/,
    () => ({ code: "connection_lost", message: "The connection to the database was lost in the middle of the dump." }),
  ],
  [
    /connection to server .* failed|could not connect/,
    () => ({ code: "database_unreachable", message: "The database server cannot be reached." }),
  ],
  [
    /(?:relation|column|type) .* does not exist|could not open relation|cache lookup failed/,
    () => ({ code: "schema_changed", message: "The schema changed while it was dumped." }),
  ],
];

/** Why pg_dump ended badly, from its own words (English: it runs with LC_ALL=C). */
export function dumpFailure(ending: Ending): Failure {
  const text = ending.stderr.join("\n");
  const table = /Dumping the contents of table "(.+?)" failed/.exec(text)?.[1];
  for (const [pattern, cause] of rules) {
    const match = pattern.exec(text);
    if (!match) continue;
    const failure = cause(match);
    const message = failure.code === "row_too_large" && table ? `Table ${table}: ${failure.message}` : failure.message;
    return { ...failure, message, toolOutput: ending.stderr };
  }
  if (ending.signal)
    return { code: "tool_killed", message: `pg_dump was ended by ${ending.signal}.`, toolOutput: ending.stderr };
  const last = ending.stderr.at(-1)?.replace(/^pg_dump: (error: )?/, "");
  return {
    code: "tool_failed",
    message: last ? `pg_dump failed: ${last}.` : `pg_dump ended with code ${ending.code}.`,
    toolOutput: ending.stderr,
  };
}
