import { createServer } from "node:net";

export type PausedPooler = AsyncDisposable & { url: string };

/** AuthenticationOk and ReadyForQuery, see https://www.postgresql.org/docs/current/protocol-message-formats.html. */
const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** A server that takes every sign-in and answers nothing after it, as pgbouncer does while it is paused. */
export async function pausedPooler(): Promise<PausedPooler> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.write(welcome));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    url: `postgres://somebody@127.0.0.1:${typeof address === "object" ? address?.port : ""}/tenants`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}
