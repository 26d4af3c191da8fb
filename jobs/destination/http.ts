import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { outboundAgents } from "@/jobs/outbound/agents";

let agents: ReturnType<typeof outboundAgents> | undefined;

/** Those of all destinations, so that connections are used again. */
export function destinationAgents() {
  agents ??= outboundAgents();
  return agents;
}

export type Sending = {
  method: "GET" | "POST";
  headers: Record<string, string | number>;
  body?: AsyncIterable<Buffer>;
  /** How long nothing may be heard; and for how long the answer may be waited for, once all is sent. */
  idleMs: number;
  answerMs?: number;
  signal: AbortSignal | undefined;
};

/**
 * Sends a request, by its server and its path: a path may be secret, and what is an address in one piece finds its way into
 * errors. Gives the answer as soon as it begins, which may be before all was sent. Redirects are not followed.
 */
export async function send(server: URL, path: string, sending: Sending): Promise<http.IncomingMessage> {
  const { httpAgent, httpsAgent } = destinationAgents();
  const isSecure = server.protocol === "https:";
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const { method, headers, body, idleMs, answerMs = idleMs, signal } = sending;
  const request = (isSecure ? https : http).request({
    agent: isSecure ? httpsAgent : httpAgent,
    // Without the brackets that an address has around an IPv6 host.
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: server.port || (isSecure ? 443 : 80),
    path,
    method,
    headers,
    signal,
    timeout: idleMs,
  });
  request.on("timeout", () => request.destroy(Object.assign(new Error("nothing was heard"), { name: "TimeoutError" })));
  request.once("finish", () => request.setTimeout(answerMs));
  request.once("response", (answer) => {
    // What comes after it has no use for the rest of what was to be sent.
    answer.once("close", () => request.writableFinished || request.destroy());
    resolve(answer);
  });
  request.on("error", reject);
  if (!body) request.end();
  else pipeline(Readable.from(body, { objectMode: false }), request).catch(reject);
  return promise;
}

/** All of a short answer. */
export async function readText(answer: http.IncomingMessage, mostBytes = 1_000_000): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > mostBytes) break;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString();
}
