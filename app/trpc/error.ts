import { isTRPCClientError } from "@trpc/client";
import type { AppRouter } from "@/server/root";

type Problem = {
  code: string;
  /** 0 when no answer came. */
  status: number;
  message: string;
  requestId: string | null;
  /** What is wrong with single fields of the input, by name. */
  fields: Record<string, string>;
  /** How long to ask nothing, in seconds, because there were too many calls; null when that is not the cause. */
  quietSeconds: number | null;
  /** The same call may well succeed in a moment. */
  isPassing: boolean;
  /** Asking again is of no use: what is asked for is not there, not for this user, or not what it should be. */
  isFinal: boolean;
};

const noAnswer: Problem = {
  code: "NO_ANSWER",
  status: 0,
  message: "Coffer does not answer. Check your connection, then try again.",
  requestId: null,
  fields: {},
  quietSeconds: null,
  isPassing: true,
  isFinal: false,
};

const finalStatuses = [400, 401, 403, 404, 422];

/** What is wrong with one field of the input, e.g. `options.tags`, or with one of the things in it. */
export function fieldError(error: unknown, name: string): string | null {
  const found = Object.entries(describeError(error).fields).find(([field]) => `${field}.`.startsWith(`${name}.`));
  return found?.[1] ?? null;
}

/** An error that already knows what to tell. */
export const refusal = (problem: Partial<Problem> & { message: string }): Error =>
  Object.assign(new Error(problem.message), { problem: { ...noAnswer, isPassing: false, ...problem } });

/** What to tell a person about a call that failed. */
export function describeError(error: unknown): Problem {
  if (error instanceof Error && "problem" in error) return error.problem as Problem;
  if (!isTRPCClientError<AppRouter>(error) || !error.data) return noAnswer;
  const { code, httpStatus, requestId, fields, retryAfter } = error.data;
  return {
    code,
    status: httpStatus,
    message: error.message,
    requestId,
    fields: Object.fromEntries(fields.map(({ field, error: text }) => [field, text])),
    quietSeconds: httpStatus === 429 ? (retryAfter ?? 1) : null,
    isPassing: httpStatus === 503 || httpStatus === 429,
    isFinal: finalStatuses.includes(httpStatus),
  };
}
