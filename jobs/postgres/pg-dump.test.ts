import { describe, expect, it } from "vitest";
import type { FailureCode } from "@/jobs/lifecycle/failure";
import { dumpFailure, pgDumpArgs } from "@/jobs/postgres/pg-dump";

const request = {
  schema: "tenant_acme",
  serverEncoding: "UTF8",
  format: "custom",
  snapshot: "00000003-1B-1",
  lockWaitSeconds: 60,
} as const;
const schemaOf = (schema: string) => pgDumpArgs({ ...request, schema }).find((arg) => arg.startsWith("--schema="));

describe("the arguments of pg_dump", () => {
  it("dump one schema of one snapshot, and wait for locks only so long", () => {
    expect(pgDumpArgs(request)).toEqual([
      "--format=custom",
      "--compress=0",
      '--schema="tenant_acme"',
      "--strict-names",
      "--snapshot=00000003-1B-1",
      "--lock-wait-timeout=60000",
      "--no-password",
    ]);
  });

  it("name the formats as pg_dump does, and leave compression to us", () => {
    expect(pgDumpArgs({ ...request, format: "sql" }).slice(0, 2)).toEqual(["--format=plain", '--schema="tenant_acme"']);
    expect(pgDumpArgs({ ...request, format: "tar" }).slice(0, 2)).toEqual(["--format=tar", '--schema="tenant_acme"']);
  });

  it.each([
    ["LATIN1", "Müller", ["--encoding=UTF8"]],
    ["LATIN1", "mueller", []],
    ["UTF8", "Müller", []],
    ["SQL_ASCII", "Müller", []],
  ])("name the encoding only where the schema's name needs it: %s, %s", (serverEncoding, schema, expected) => {
    const args = pgDumpArgs({ ...request, serverEncoding, schema });
    expect(args.filter((arg) => arg.startsWith("--encoding"))).toEqual(expected);
  });

  it.each([
    ["upper case", "Tenant_Acme", '--schema="Tenant_Acme"'],
    ["a quote", 'a"b', '--schema="a""b"'],
    ["nothing but quotes", '""', '--schema=""""""'],
    ["spaces at its ends", " a b ", '--schema=" a b "'],
    ["a dot", "other.table", '--schema="other.table"'],
    ["a star", "tenant_*", '--schema="tenant_*"'],
    ["a question mark", "tenant_?", '--schema="tenant_?"'],
    ["a bar and brackets", "(a|b)[c]", '--schema="(a|b)[c]"'],
    ["a newline", "a\nb", '--schema="a\nb"'],
    ["a shell's command", "$(id)`id`;id", '--schema="$(id)`id`;id"'],
    ["a backslash and an apostrophe", "a\\b'c", '--schema="a\\b\'c"'],
    ["a leading minus", "--file=/tmp/x", '--schema="--file=/tmp/x"'],
    ["letters of the world", "Späti 日本 🐘", '--schema="Späti 日本 🐘"'],
    ["63 bytes", "x".repeat(63), `--schema="${"x".repeat(63)}"`],
  ])("take a schema's name with %s as it is, never as a pattern", (_, schema, expected) => {
    expect(schemaOf(schema)).toBe(expected);
  });
});

const rows: [code: FailureCode, said: string[], message: RegExp][] = [
  [
    "permission_denied",
    [
      'pg_dump: error: query failed: ERROR:  query would be affected by row-level security policy for table "accounts"',
      "pg_dump: detail: Query was: COPY tenant.accounts (id) TO stdout;",
    ],
    /Row-level security hides rows of table accounts/,
  ],
  [
    "permission_denied",
    ["pg_dump: error: query failed: ERROR:  permission denied for table secrets", "pg_dump: detail: Query was: LOCK …"],
    /no permission on table secrets\.$/,
  ],
  [
    "permission_denied",
    ["pg_dump: error: query failed: ERROR:  permission denied for relation secrets"],
    /no permission on table secrets\.$/,
  ],
  [
    "permission_denied",
    ["pg_dump: error: query failed: ERROR:  permission denied for sequence my seq"],
    /no permission on sequence my seq\.$/,
  ],
  [
    "blocked_by_lock",
    ["pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout", "pg_dump: detail: LOCK TABLE …"],
    /held a lock/,
  ],
  ["blocked_by_lock", ["pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout"], /lock/],
  ["schema_gone", ['pg_dump: error: no matching schemas were found for pattern ""gone""'], /does not exist any more/],
  ["schema_gone", ["pg_dump: error: schema with OID 16391 does not exist"], /does not exist any more/],
  [
    "row_too_large",
    [
      'pg_dump: error: Dumping the contents of table "blobs" failed: PQgetResult() failed.',
      "pg_dump: detail: Error message from server: ERROR:  invalid memory alloc request size 1342177283",
    ],
    /^Table blobs: A row is too large/,
  ],
  ["row_too_large", ["pg_dump: error: ERROR:  out of memory", "DETAIL:  Cannot enlarge string buffer"], /too large/],
  ["too_many_tables", ["pg_dump: error: query failed: ERROR:  out of shared memory"], /more tables than the server/],
  [
    "tool_missing",
    ["pg_dump: error: server version: 18.1; pg_dump version: 15.18", "… server version mismatch"],
    /newer/,
  ],
  [
    "authentication_failed",
    [
      'pg_dump: error: connection to server at "db", port 5432 failed: FATAL:  password authentication failed for user "a"',
    ],
    /refused the user or password/,
  ],
  [
    "authentication_failed",
    ["pg_dump: error: connection to server failed: fe_sendauth: no password supplied"],
    /refused/,
  ],
  ["disk_full", ["pg_dump: error: could not write to file: No space left on device"], /temporary files is full/],
  [
    "connection_lost",
    [
      'pg_dump: error: Dumping the contents of table "t" failed: PQgetCopyData() failed.',
      "pg_dump: detail: Error message from server: server closed the connection unexpectedly",
    ],
    /lost in the middle/,
  ],
  ["connection_lost", ["FATAL:  terminating connection due to administrator command"], /lost in the middle/],
  [
    "connection_lost",
    ["pg_dump: error: could not receive data from server: Connection timed out"],
    /lost in the middle/,
  ],
  ["connection_lost", ["pg_dump: error: SSL SYSCALL error: EOF detected"], /lost in the middle/],
  [
    "database_unreachable",
    ['pg_dump: error: connection to server at "db" (10.0.0.1), port 5432 failed: Connection refused'],
    /cannot be reached/,
  ],
  ["schema_changed", ['pg_dump: error: query failed: ERROR:  relation "t.a" does not exist'], /schema changed/],
  ["schema_changed", ["pg_dump: error: query failed: ERROR:  cache lookup failed for index 16500"], /schema changed/],
  [
    "tool_failed",
    ["pg_dump: error: something that nobody has seen"],
    /^pg_dump failed: something that nobody has seen\.$/,
  ],
];

describe("why pg_dump failed", () => {
  it.each(rows)("is %s when it says %j", (code, stderr, message) => {
    const failure = dumpFailure({ code: 1, signal: null, stderr });
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(failure.toolOutput).toEqual(stderr);
  });

  it("is its signal when it said nothing", () => {
    const failure = dumpFailure({ code: null, signal: "SIGKILL", stderr: [] });
    expect(failure).toMatchObject({ code: "tool_killed", message: "pg_dump was ended by SIGKILL." });
  });

  it("is its exit code when there is nothing else", () => {
    expect(dumpFailure({ code: 3, signal: null, stderr: [] }).message).toBe("pg_dump ended with code 3.");
  });

  it("is what it said, also when it was killed afterwards", () => {
    const stderr = ["pg_dump: error: query failed: ERROR:  permission denied for table a"];
    expect(dumpFailure({ code: null, signal: "SIGTERM", stderr }).code).toBe("permission_denied");
  });
});
