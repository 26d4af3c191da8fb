import http from "node:http";
import https from "node:https";
import { codeOf, messageOf } from "@/db/errors";
import { type Undelivered, undelivered } from "@/jobs/notification/undelivered";
import { outboundAgents } from "@/jobs/outbound/agents";

export type Sent = {
  method?: "GET" | "POST";
  url: string;
  body?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

export type Heard = { status: number; headers: http.IncomingHttpHeaders; body: string };

const patience = 15_000;
/** Nobody has more to say than that. */
const mostHeard = 16_384;

let agents: ReturnType<typeof outboundAgents> | undefined;

/**
 * One request to a place that somebody has chosen, without following where it is sent on to. Any answer is an answer; none within
 * 15 s, or a place that nobody may reach, is thrown as `undelivered`. Addresses may hold secrets: of this one, only the host is told.
 */
export async function ask(request: Sent): Promise<Heard> {
  const url = new URL(request.url);
  const limit = AbortSignal.timeout(patience);
  const signal = request.signal ? AbortSignal.any([limit, request.signal]) : limit;
  try {
    return await exchange(url, request, signal);
  } catch (error) {
    throw undelivered(explain(error, url.host));
  }
}

async function exchange(url: URL, { method = "POST", body, headers = {} }: Sent, signal: AbortSignal): Promise<Heard> {
  agents ??= outboundAgents(undefined, { keepAlive: false });
  const isSecure = url.protocol === "https:";
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const options = {
    method,
    signal,
    agent: isSecure ? agents.httpsAgent : agents.httpAgent,
    headers: { "User-Agent": "Coffer", "Content-Length": Buffer.byteLength(body ?? ""), ...headers },
  };
  const request = (isSecure ? https : http).request(url, options, resolve);
  request.on("error", reject);
  request.end(body);
  const response = await promise;
  const pieces: Buffer[] = [];
  let heard = 0;
  for await (const piece of response) {
    pieces.push(piece);
    heard += piece.length;
    // Leaving the loop closes the connection.
    if (heard > mostHeard) break;
  }
  const text = Buffer.concat(pieces).subarray(0, mostHeard).toString("utf8");
  return { status: response.statusCode ?? 0, headers: response.headers, body: text };
}

const causes: Record<string, string> = {
  ABORT_ERR: "did not answer in time",
  ECONNREFUSED: "refused the connection",
  ECONNRESET: "broke the connection off",
  ENOTFOUND: "is not known by that name",
  EAI_AGAIN: "cannot be looked up at present",
};

function explain(error: unknown, host: string): Undelivered {
  const code = codeOf(error) ?? (error instanceof Error && /Abort|Timeout/.test(error.name) ? "ABORT_ERR" : "");
  if (code === "EPRIVATE") return { message: messageOf(error), isPermanent: true };
  return { message: `${host} ${causes[code] ?? `could not be reached (${code || "no reason given"})`}.` };
}

/** What an answer that is no success means. `isFinal`: what the place refuses now, it refuses for ever. */
export function refusal(url: string, { status, headers }: Heard, { isFinal }: { isFinal: boolean }): Error {
  const { host } = new URL(url);
  const waits = status === 429 || status === 503 ? secondsIn(headers["retry-after"]) : undefined;
  const isRefused = status >= 400 && status < 500 && ![408, 425, 429].includes(status);
  const words = status >= 300 && status < 400 ? "sends elsewhere, which is not followed" : "did not take the message";
  return undelivered({
    message: `${host} ${words}: it answered ${status}.`,
    isPermanent: isFinal && isRefused,
    retryAfter: waits,
  });
}

export const isSuccess = ({ status }: Heard): boolean => status >= 200 && status < 300;

const secondsIn = (header: string | undefined) => (/^\d{1,5}$/.test(header ?? "") ? Number(header) : undefined);
