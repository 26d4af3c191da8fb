import type { IncomingMessage, ServerResponse } from "node:http";
import { AppError } from "@/db/errors";

/** One request and its answer, with what every door looks at first. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** With the id that this request has in the log, and the address of the socket. */
  headers: Headers;
};

/** Aborts when the answer's connection closes before the answer is whole. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => response.writableFinished || gone.abort());
  return gone.signal;
}

/** Throws METHOD_NOT_ALLOWED for any other method than these, which the answer then names. */
export function requireMethod(
  { request, response }: Pick<Exchange, "request" | "response">,
  methods: string[],
  message = `Use ${methods.join(" or ")} here.`,
): void {
  if (methods.includes(request.method ?? "")) return;
  response.setHeader("Allow", methods.join(", "));
  throw new AppError("METHOD_NOT_ALLOWED", message);
}

/** Serves what is for it, and gives false for any other request. */
export type Door = (exchange: Exchange) => Promise<boolean>;
