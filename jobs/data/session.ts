import type postgres from "postgres";
import type { Connection } from "@/db/schema";
import { releaseBackends } from "@/jobs/postgres/backend";
import { connectTenant } from "@/jobs/postgres/connection";

type Asked = {
  connection: Connection;
  /** A name that no other session has. */
  application: string;
  signal: AbortSignal;
  /** Of the transaction, e.g. `read only`. */
  mode: string;
};

export type OwnSession = {
  tx: postgres.TransactionSql;
  /** The same pieces; when they are not read to their end, the server's session is ended rather than waited for. */
  reading<T>(pieces: AsyncIterable<T>): AsyncIterable<T>;
};

type Work<B, T> = {
  /** In the same session, before the transaction. */
  before(session: postgres.Sql): Promise<B>;
  within(own: OwnSession, before: B): Promise<T>;
};

/**
 * Does some work in a transaction of a session of its own. When the signal aborts, or what is read is not read to its end, the
 * server's process is ended: a session in the middle of a COPY hears nothing until its reader has taken all of it.
 */
export async function inOwnSession<B, T>(
  { connection, application, signal, mode }: Asked,
  work: Work<B, T>,
): Promise<T> {
  signal.throwIfAborted();
  const session = connectTenant(connection, `${application}:snapshot`);
  let ending: Promise<unknown> | undefined;
  // A server that is away has no process that could be ended.
  const endProcess = () => (ending ??= releaseBackends(connection, [application]).catch(() => {}));
  signal.addEventListener("abort", endProcess, { once: true });
  let ended: { value: T } | { error: unknown } | undefined;
  try {
    const before = await work.before(session);
    await session.begin(mode, async (tx) => {
      let isReading = false;
      const reading = async function* <P>(pieces: AsyncIterable<P>) {
        isReading = true;
        yield* pieces;
        isReading = false;
      };
      ended = await settled(work.within({ tx, reading }, before));
      if (isReading) await endProcess();
      if ("error" in ended) throw ended.error;
    });
  } catch (error) {
    ended ??= { error };
  } finally {
    signal.removeEventListener("abort", endProcess);
    await ending;
    await session.end({ timeout: 0 });
  }
  signal.throwIfAborted();
  if (ended && "value" in ended) return ended.value;
  throw ended?.error;
}

const settled = <T>(work: Promise<T>): Promise<{ value: T } | { error: unknown }> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
