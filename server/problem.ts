import type { ServerResponse } from "node:http";
import { TRPCError } from "@trpc/server";
import { ZodError } from "zod";
import { AppError, codeOf, type ErrorCode, errorStatus, isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";
import { inWords, sentenceAbout } from "@/server/messages";
import { sendJson } from "@/server/respond";

/** The code of whatever nobody foresaw. */
export const internal = "INTERNAL_ERROR" satisfies ErrorCode;

const internalMessage = "Something went wrong on our side. The log has the details under the request id.";

const callerMistakes: Partial<Record<TRPCError["code"], AppError>> = {
  BAD_REQUEST: new AppError("VALIDATION_ERROR", "The request is not one that this API understands."),
  PARSE_ERROR: new AppError("VALIDATION_ERROR", "The request is not one that this API understands."),
  NOT_FOUND: new AppError("NOT_FOUND", "There is no such procedure."),
  METHOD_NOT_SUPPORTED: new AppError("METHOD_NOT_ALLOWED", "A query is a GET, a mutation is a POST."),
  PAYLOAD_TOO_LARGE: new AppError("PAYLOAD_TOO_LARGE", "The request is too large."),
  UNSUPPORTED_MEDIA_TYPE: new AppError("UNSUPPORTED_MEDIA_TYPE", "Send application/json."),
};

/** The one mapping from whatever a procedure threw to what its caller is told. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof AppError) return cause;
  if (cause instanceof ZodError) return notValid(cause);
  const mistake = error instanceof TRPCError ? callerMistakes[error.code] : undefined;
  if (mistake) return mistake;
  if (unstorable.test(codeOf(error) ?? ""))
    return new AppError(
      "VALIDATION_ERROR",
      "A value holds something that PostgreSQL cannot store, such as a NUL character.",
    );
  if (isConnectionLoss(error))
    return new AppError("UNAVAILABLE", "The database of Coffer cannot be reached. Try again soon.", { retryAfter: 5 });
  return new AppError(internal, internalMessage);
}

/** SQLSTATEs of text that is no text (a NUL, half a surrogate pair) and of numbers and times out of range. */
const unstorable = /^(22021|22P05|22P02|22003|22007|22008)$/;

function notValid({ issues }: ZodError): AppError {
  const fields = issues.flatMap((issue) => {
    // Each unknown field is named as itself, not as a mistake of the object around it.
    const names = issue.code === "unrecognized_keys" ? issue.keys : [null];
    return names.map((name) => ({
      field: [...issue.path, ...(name === null ? [] : [name])].join("."),
      error: issue.message,
      code: issue.code,
    }));
  });
  const [first] = fields;
  return new AppError(
    "VALIDATION_ERROR",
    first ? sentenceAbout(inWords(first.field), first.error) : "The input is not valid.",
    {
      fields,
    },
  );
}

/** An error with other names in what it says about fields; `pathOf` translates the path to one. */
export function inCallersWords(error: AppError, pathOf: (path: string[]) => string[]): AppError {
  const fields = error.details.fields?.map((field) => ({ ...field, field: pathOf(field.field.split(".")).join(".") }));
  const [first] = fields ?? [];
  const isAboutField = first && error.code === "VALIDATION_ERROR";
  const message = isAboutField ? sentenceAbout(first.field, first.error) : error.message;
  return new AppError(error.code, message, { ...error.details, fields });
}

/** The body of every error. */
export function problemBody({ code, message, details }: AppError, requestId: string) {
  return {
    status: "error" as const,
    error: problemName(code),
    code,
    message,
    ...(details.fields ? { details: details.fields } : {}),
    timestamp: new Date().toISOString(),
    requestId,
    ...(details.retryAfter ? { retryAfter: details.retryAfter } : {}),
  };
}

/** PROJECT_NOT_FOUND becomes ProjectNotFound. */
export const problemName = (code: ErrorCode) =>
  code.toLowerCase().replace(/(^|_)(\w)/g, (_, __, letter: string) => letter.toUpperCase());

/** Sends an error as JSON. `thrown` is what it came from, for the log, when nobody foresaw it. */
export function sendProblem(response: ServerResponse, error: AppError, thrown?: unknown): void {
  const requestId = String(response.getHeader("X-Request-Id") ?? "");
  if (error.code === internal && !(thrown instanceof TRPCError))
    log.error({ error: thrown, requestId }, "request failed");
  if (response.headersSent) return void response.destroy();
  if (error.details.retryAfter) response.setHeader("Retry-After", error.details.retryAfter);
  sendJson(response, { status: errorStatus[error.code], body: problemBody(error, requestId) });
}
