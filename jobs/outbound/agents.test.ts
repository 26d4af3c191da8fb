import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isPublic } from "@/jobs/outbound/address";
import { outboundAgents } from "@/jobs/outbound/agents";

let server: http.Server;
let port = 0;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    if (request.url === "/away") response.writeHead(302, { Location: `http://127.0.0.1:${port}/` });
    response.end("inside");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** The body of an answer, or the code of what stood in the way. */
function ask(host: string, privateHosts: string): Promise<string | undefined> {
  const { httpAgent } = outboundAgents(privateHosts, { keepAlive: false });
  return new Promise((resolve) => {
    const refuse = (error: NodeJS.ErrnoException) => resolve(error.code);
    try {
      const request = http.get({ host, port, agent: httpAgent }, async (response) => {
        const pieces = await response.toArray();
        resolve(Buffer.concat(pieces).toString());
      });
      request.on("error", refuse);
    } catch (error) {
      refuse(error as NodeJS.ErrnoException);
    }
  });
}

describe("requests to hosts that somebody has chosen", () => {
  it.each(["127.0.0.1", "localhost", "::ffff:127.0.0.1", "0.0.0.0", "169.254.169.254", "10.1.2.3", "fd00::1"])(
    "do not reach %s",
    async (host) => {
      expect(await ask(host, "")).toBe("EPRIVATE");
    },
  );

  it.each([
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", "10.0.0.0/8, 127.0.0.0/8"],
    ["localhost", "LOCALHOST"],
    ["localhost", "127.0.0.0/8"],
  ])("reach %s when %s is allowed", async (host, allowed) => {
    expect(await ask(host, allowed)).toBe("inside");
  });

  it("reach a name only when it is that one which is allowed", async () => {
    expect(await ask("localhost", "minio.lan")).toBe("EPRIVATE");
    expect(await ask("127.0.0.1", "localhost")).toBe("EPRIVATE");
  });
});

describe("an address", () => {
  it.each([
    ...["1.1.1.1", "8.8.8.8", "172.32.0.1", "192.169.0.1"],
    ...["2606:4700::1111", "2a00:1450::1", "3ffe::1", "::ffff:8.8.8.8", "::ffff:808:808"],
  ])("like %s is public", (address) => expect(isPublic(address)).toBe(true));
  it.each([
    ...["0.1.2.3", "100.64.0.1", "127.9.9.9", "172.31.255.255", "192.168.1.1", "198.18.0.1", "224.0.0.1"],
    ...["255.255.255.255", "localhost", ""],
    ...["::", "::1", "::2", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "3fff::1"],
    ...["fe80::1", "fe80::1%lo", "fc00::1", "ff02::1", "fec0::1", "feff::1", "5f00::1", "100::1", "4000::1", "1fff::1"],
    // Of IPv4 that is compatible (`::/96`), and translated (`::ffff:0:0:0/96`).
    ...["::10.0.0.1", "::127.0.0.1", "::ffff:0:10.0.0.1", "::ffff:0:7f00:1", "64:ff9b:1::a00:1"],
  ])("like %j is not", (address) => expect(isPublic(address)).toBe(false));
});
