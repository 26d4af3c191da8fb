import { randomUUID } from "node:crypto";

/** The id that a client sent, when it is safe to log; else a new one. */
export function requestIdOf(headers: Headers): string {
  const sent = headers.get("x-request-id");
  return sent && /^[A-Za-z0-9._-]{1,100}$/.test(sent) ? sent : randomUUID();
}
