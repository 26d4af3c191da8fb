import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll } from "vitest";
import { waitFor } from "@/jobs/testing/wait";

export type Request = {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
  json(): Record<string, unknown>;
};

type Answer = { status?: number; headers?: Record<string, string>; body?: string; after?: Promise<void> };

/** A server that takes what is sent to it, and answers as it is told. */
export type Receiver = {
  url: string;
  port: number;
  requests: Request[];
  /** What the next requests are answered; after these, 200. */
  answer(...answers: Answer[]): void;
  /** The requests so far, once there are so many. */
  heard(count: number): Promise<Request[]>;
};

/** One for all tests of a file, on this machine. */
export function givenReceiver(): Receiver {
  const answers: Answer[] = [];
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const { method = "", url = "", headers } = request;
    receiver.requests.push({ method, path: url, headers, body, json: () => JSON.parse(body) });
    const answer = answers.shift() ?? {};
    await answer.after;
    response.writeHead(answer.status ?? 200, answer.headers).end(answer.body ?? "ok");
  });
  const receiver: Receiver = {
    url: "",
    port: 0,
    requests: [],
    answer: (...next) => void answers.push(...next),
    heard: (count) =>
      waitFor(() => receiver.requests.length >= count && receiver.requests, { what: `${count} requests`, seconds: 30 }),
  };
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    receiver.port = (server.address() as AddressInfo).port;
    receiver.url = `http://127.0.0.1:${receiver.port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return receiver;
}
