import type postgres from "postgres";
import type { Connection } from "@/db/schema";
import type { RunContext } from "@/jobs/lifecycle/execute";
import { applicationName, connectTenant } from "@/jobs/postgres/connection";

/** A client of the job's own, which ends with the work or with the job. */
export async function inSession<T>(
  { context, connection }: { context: Pick<RunContext, "job" | "signal">; connection: Connection },
  work: (session: postgres.Sql) => Promise<T>,
  connections = 1,
): Promise<T> {
  const { job, signal } = context;
  const session = connectTenant(connection, applicationName(job.id, job.fence, "monitor"), connections);
  const stop = () => void session.end({ timeout: 0 });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(session);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    await session.end({ timeout: 0 });
  }
}
