import { failed } from "@/jobs/lifecycle/failure";

/**
 * What a tenant's database answers to a question that takes it no time. Fails with `database_unreachable` after so many seconds: a pooler that
 * is paused, or a disk that is stuck, takes a session and keeps it waiting for ever. Whoever asks ends the session.
 */
export async function inTime<T>(answer: Promise<T>, seconds: number): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const message = `The database server took the connection and did not answer within ${seconds} seconds.`;
  const timer = setTimeout(() => reject(failed({ code: "database_unreachable", message })), seconds * 1000);
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
