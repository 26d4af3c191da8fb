import { codeOf, isConnectionLoss, messageOf } from "@/db/errors";

/** Why a job failed, by what can be done about it. `retry` says whether another attempt can cure it. */
export const failureCodes = {
  archive_invalid: { retry: true },
  authentication_failed: { retry: false },
  backup_gone: { retry: false },
  blocked_by_lock: { retry: true },
  connection_lost: { retry: true },
  copy_missing: { retry: false },
  corrupt: { retry: false },
  database_unreachable: { retry: true },
  destination_refused: { retry: false },
  destination_unavailable: { retry: true },
  destination_unwritable: { retry: false },
  disk_full: { retry: false },
  export_refused: { retry: false },
  import_conflict: { retry: false },
  import_failed: { retry: false },
  import_invalid: { retry: false },
  internal_error: { retry: false },
  no_encryption_key: { retry: false },
  permission_denied: { retry: false },
  plan_changed: { retry: false },
  restore_failed: { retry: false },
  restore_refused: { retry: false },
  row_too_large: { retry: false },
  schema_changed: { retry: true },
  schema_gone: { retry: false },
  stalled: { retry: true },
  target_busy: { retry: false },
  timed_out: { retry: false },
  too_many_tables: { retry: false },
  tool_failed: { retry: false },
  tool_killed: { retry: true },
  tool_missing: { retry: false },
  worker_lost: { retry: true },
  wrong_key: { retry: false },
} as const;

export type FailureCode = keyof typeof failureCodes;

export type Failure = { code: FailureCode; message: string; hint?: string; toolOutput?: string[] };

/** An error that carries a cause for people. */
export function failed(failure: Failure): Error {
  return Object.assign(new Error(failure.message), { failure });
}

/** A dump locks every table of its schema at once. */
export const tooManyTables: Failure = {
  code: "too_many_tables",
  message: "The schema has more tables than the server can lock at once.",
  hint: "Raise max_locks_per_transaction on the server and restart it.",
};

/** The cause for people of whatever was thrown. What nobody foresaw keeps its words in the log only. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Error && "failure" in error) return error.failure as Failure;
  const code = codeOf(error);
  if (code === "BACKUP_CORRUPT") {
    return {
      code: "corrupt",
      message: messageOf(error),
      hint: "Its bytes are not what was written. Take another backup, or another copy of this one.",
    };
  }
  if (code === "WRONG_KEY") {
    return {
      code: "wrong_key",
      message: messageOf(error),
      hint: "The file is not damaged. Give the secret key of one of the public keys that it was encrypted for.",
    };
  }
  if (code === "ENOSPC" || code === "EDQUOT") return { code: "disk_full", message: "The disk is full." };
  if (/^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH)/.test(code ?? "")) {
    return {
      code: "database_unreachable",
      message: `The certificate of the database server is not accepted (${code}).`,
      hint: "Give the server a certificate that this machine trusts, with its host name, or require encryption alone.",
    };
  }
  // A firewall of this machine says so too.
  const isOfFile = !(error instanceof Error && "syscall" in error && error.syscall === "connect");
  if (isOfFile && /^(EACCES|EROFS|EPERM|ENOTDIR|EIO)$/.test(code ?? "")) {
    return {
      code: "destination_unwritable",
      message: `The backup folder cannot be written to: ${messageOf(error)}.`,
      hint: "Make the folder writable for the user that Coffer runs as, then retry.",
    };
  }
  if (code === "42501") {
    return {
      code: "permission_denied",
      message: `PostgreSQL refused: ${messageOf(error)}.`,
      hint: "Grant the database's user the right to read it, then retry.",
    };
  }
  if (code === "28P01" || code === "28000") {
    return {
      code: "authentication_failed",
      message: `PostgreSQL refused the sign-in: ${messageOf(error)}.`,
      hint: "Check the user and password of this database.",
    };
  }
  if (code === "3D000") return { code: "database_unreachable", message: `PostgreSQL says: ${messageOf(error)}.` };
  if (code === "55P03")
    return { code: "blocked_by_lock", message: "Another session held a lock on a table for too long." };
  if (code === "53200" && /shared memory/.test(messageOf(error))) return tooManyTables;
  if (code === "42P01" || code === "3F000") {
    return { code: "schema_changed", message: `The schema changed while it was read: ${messageOf(error)}.` };
  }
  if (isConnectionLoss(error) || !isOfFile) {
    const refused =
      !isOfFile || /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|CONNECT_TIMEOUT|EHOSTUNREACH|ENETUNREACH)/.test(code ?? "");
    return refused
      ? { code: "database_unreachable", message: `The database server cannot be reached (${code}).` }
      : { code: "connection_lost", message: "The connection to the database was lost." };
  }
  return {
    code: "internal_error",
    message: "Something unexpected went wrong. The log has the details under the request id.",
  };
}
