import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Whether a server may listen there now. */
export function isFree(port: number, host: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

/** The wished port on 127.0.0.1, or another. Below the range that outgoing connections are given, so that it stays free. */
export async function freePort(wished: number | null): Promise<number> {
  if (wished !== null && (await isFree(wished, "127.0.0.1"))) return wished;
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port, "127.0.0.1")) return port;
  }
  throw new Error("No free port was found between 20000 and 32000 on 127.0.0.1.");
}
