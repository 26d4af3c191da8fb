import type { IncomingMessage, ServerResponse } from "node:http";

/** One request and its answer, with what every door looks at first. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  url: URL;
  /** With the id that this request has in the log, and the address of the socket. */
  headers: Headers;
};

/** Serves what is for it, and gives false for any other request. */
export type Door = (exchange: Exchange) => Promise<boolean>;
