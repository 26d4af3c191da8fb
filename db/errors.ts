/** Every code a caller may see, with the HTTP status that goes with it. */
export const errorStatus = {
  VALIDATION_ERROR: 400,
  UNAUTHENTICATED: 401,
  TOKEN_EXPIRED: 401,
  PERMISSION_DENIED: 403,
  UNAUTHORIZED_CANCELLATION: 403,
  NOT_FOUND: 404,
  PROJECT_NOT_FOUND: 404,
  TOOL_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  TOKEN_NOT_FOUND: 404,
  DATABASE_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  JOB_NOT_FOUND: 404,
  BACKUP_NOT_FOUND: 404,
  DUMP_NOT_FOUND: 404,
  FILE_NOT_FOUND: 404,
  PROOF_NOT_FOUND: 404,
  SCHEDULE_NOT_FOUND: 404,
  TABLE_NOT_FOUND: 404,
  DESTINATION_NOT_FOUND: 404,
  COPY_NOT_FOUND: 404,
  ROW_NOT_FOUND: 404,
  CHANNEL_NOT_FOUND: 404,
  DELIVERY_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  INVALID_JOB_STATUS: 409,
  PROJECT_BUSY: 409,
  ALREADY_EXISTS: 409,
  NO_ENCRYPTION_KEY: 409,
  MAIL_NOT_CONFIGURED: 409,
  PLAN_CHANGED: 409,
  BACKUP_IN_USE: 409,
  BACKUP_ELSEWHERE: 409,
  DATABASE_IN_USE: 409,
  DESTINATION_IN_USE: 409,
  SCHEDULE_BUSY: 409,
  IMPORT_CONFLICT: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  LINK_EXPIRED: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  BACKUP_CORRUPT: 422,
  IMPORT_INVALID: 422,
  WRONG_KEY: 422,
  DATABASE_UNREACHABLE: 422,
  DESTINATION_FAILED: 422,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export type ErrorDetails = {
  fields?: { field: string; error: string; code: string }[];
  /** Seconds after which the same call may succeed. */
  retryAfter?: number;
};

/** Something the caller can do something about: `message` says what, in a sentence. Anything else is a bug and stays an Error. */
export class AppError extends Error {
  override name = "AppError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message);
  }
}

/** Drizzle wraps what the server said into an error that also carries the statement: this is what the server said. */
export function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootOf(error.cause) : error;
}

/** The message of whatever was thrown, without the statement it came from. */
export function messageOf(error: unknown): string {
  const root = rootOf(error);
  return root instanceof Error ? root.message : String(root);
}

/** The `code` of a Node or PostgreSQL error (ENOSPC, 42501, …), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const root = rootOf(error);
  const code = root instanceof Error && "code" in root ? root.code : undefined;
  return typeof code === "string" ? code : undefined;
}

const goneCodes = /^(CONNECT|ECONN|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|08|57P0[123]|53300)/;

/** Whether a server could not be reached, or went away: the same call may succeed a little later. */
export function isConnectionLoss(error: unknown): boolean {
  return goneCodes.test(codeOf(error) ?? "");
}
