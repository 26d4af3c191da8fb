import { isTRPCClientError } from "@trpc/client";
import type { AppRouter } from "@/server/root";

export type Problem = {
  code: string;
  /** 0 when no answer came. */
  status: number;
  message: string;
  requestId: string | null;
  /** Seconds. */
  retryAfter: number | null;
  /** The same call may well succeed in a moment. */
  isPassing: boolean;
};

const noAnswer: Problem = {
  code: "NO_ANSWER",
  status: 0,
  message: "Coffer does not answer. Check your connection, then try again.",
  requestId: null,
  retryAfter: null,
  isPassing: true,
};

/** An error that already knows what to tell. */
export const refusal = (problem: Partial<Problem> & { message: string }): Error =>
  Object.assign(new Error(problem.message), { problem: { ...noAnswer, isPassing: false, ...problem } });

/** What to tell a person about a call that failed. */
export function describeError(error: unknown): Problem {
  if (error instanceof Error && "problem" in error) return error.problem as Problem;
  if (!isTRPCClientError<AppRouter>(error) || !error.data) return noAnswer;
  const { code, httpStatus, requestId, retryAfter } = error.data;
  return { code, status: httpStatus, message: error.message, requestId, retryAfter, isPassing: httpStatus === 503 };
}
