import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import next from "next";
import { controlPlane } from "@/db/client";
import { log } from "@/db/log";
import { socketAddressHeader } from "@/server/address";
import { serveDownload } from "@/server/download";
import { serverEnv } from "@/server/env";
import { serveProcedures } from "@/server/procedures";

const { PORT, HOST } = serverEnv();
const app = next({ quiet: true, dev: process.argv.includes("--dev"), dir: process.cwd(), hostname: HOST, port: PORT });
await app.prepare();
const handleByNext = app.getRequestHandler();

async function handle(request: IncomingMessage, response: ServerResponse) {
  request.headers[socketAddressHeader] = request.socket.remoteAddress ?? "";
  const sent = request.headers["x-request-id"];
  const requestId = typeof sent === "string" && /^[A-Za-z0-9._-]{1,100}$/.test(sent) ? sent : randomUUID();
  request.headers["x-request-id"] = requestId;
  response.setHeader("X-Request-Id", requestId);
  if (await serveDownload(request, response, requestId)) return;
  if (await serveProcedures(request, response)) return;
  await handleByNext(request, response);
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    log.error({ error }, "request failed");
    response.destroy();
  });
});

server.once("error", (error) => {
  log.fatal({ error }, "the web server cannot listen");
  process.exit(1);
});
server.listen(PORT, HOST, () => {
  const address = server.address();
  process.send?.({ type: "ready", port: typeof address === "object" ? address?.port : PORT });
});

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), 8_000).unref();
  server.close();
  server.closeIdleConnections();
  // Downloads that run get a few seconds to end; clients resume the rest by range.
  setTimeout(() => server.closeAllConnections(), 3_000).unref();
  await app.close();
  await controlPlane().end();
  process.exit(0);
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// The supervisor is gone, however that happened.
process.once("disconnect", stop);
