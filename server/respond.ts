import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";

/** Answers with JSON that nobody keeps, unless the headers say otherwise. */
export function sendJson(
  response: ServerResponse,
  { status, body, headers = {} }: { status: number; body: unknown; headers?: Record<string, string> },
): void {
  const bytes = Buffer.from(jsonOf(body));
  response
    .writeHead(status, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": bytes.length,
      "Cache-Control": "no-store",
      ...headers,
    })
    .end(bytes);
}

const texts = new WeakMap<object, string>();

/** JSON that goes into an answer as it is written: parsing would cost the digits that JavaScript has no room for. */
export function rawJson(text: string): object {
  const raw = {};
  texts.set(raw, text);
  return raw;
}

function jsonOf(body: unknown): string {
  const held: string[] = [];
  // Nobody can have written this.
  const mark = randomUUID();
  const text = JSON.stringify(body, (_, value: unknown) => {
    const raw = typeof value === "object" && value !== null ? texts.get(value) : undefined;
    if (raw === undefined) return value;
    held.push(raw);
    return mark;
  });
  return held.length === 0
    ? text
    : text
        .split(`"${mark}"`)
        .flatMap((part, i) => [part, held[i] ?? ""])
        .join("");
}
