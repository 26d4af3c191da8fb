import type { ServerResponse } from "node:http";

/** Answers with JSON that nobody keeps, unless the headers say otherwise. */
export function sendJson(
  response: ServerResponse,
  { status, body, headers = {} }: { status: number; body: unknown; headers?: Record<string, string> },
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": bytes.length,
      "Cache-Control": "no-store",
      ...headers,
    })
    .end(bytes);
}
