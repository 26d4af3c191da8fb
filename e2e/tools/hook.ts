import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Hook = { url: string; bodies: string[]; answer: (status: number) => void; stop: () => Promise<void> };

/** A server that takes what is sent to it, and answers as it is told. */
export async function startHook(): Promise<Hook> {
  const bodies: string[] = [];
  let status = 200;
  const server = createServer(async (request, response) => {
    bodies.push(Buffer.concat(await request.toArray()).toString("utf8"));
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    answer: (next) => {
      status = next;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
