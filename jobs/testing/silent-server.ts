import { connect, createServer, type Socket } from "node:net";

export type SilentServer = AsyncDisposable & {
  /** The same address, by way of us. */
  url: string;
  /** From now on nothing gets through any more, in neither direction; connections stay open and new ones are taken. */
  fallSilent(): void;
};

/** A line to a server that can go dead without being cut, as when a firewall forgets a connection. */
export async function silentServer(url: string): Promise<SilentServer> {
  const target = new URL(url);
  const pairs: [Socket, Socket][] = [];
  let isSilent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    pairs.push([client, upstream], [upstream, client]);
    for (const socket of [client, upstream]) socket.on("error", () => socket.destroy());
    if (isSilent) return;
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const proxied = new URL(url);
  proxied.port = String(typeof address === "object" ? address?.port : "");
  return {
    url: proxied.href,
    fallSilent: () => {
      isSilent = true;
      for (const [from, to] of pairs) from.unpipe(to).pause();
    },
    async [Symbol.asyncDispose]() {
      for (const [socket] of pairs) socket.destroy();
      server.close();
    },
  };
}
