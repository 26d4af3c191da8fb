import { createServer, type IncomingMessage } from "node:http";
import next from "next";
import { controlPlane } from "@/db/client";
import { dbEnv } from "@/db/env";
import { log } from "@/db/log";
import { serverEnv } from "@/server/env";
import { forgetWindows } from "@/server/rate-limit";
import { serveWith } from "@/server/serve";
import { isUpload } from "@/server/upload";

const { PORT } = dbEnv();
const { HOST } = serverEnv();
const isDevelopment = process.argv.includes("--dev");
const app = next({ quiet: true, dev: isDevelopment, dir: process.cwd(), hostname: HOST, port: PORT });
await app.prepare();
const handleByNext = app.getRequestHandler();

const handle = serveWith(handleByNext, isDevelopment);

/** In ms. Large dumps take their time on slow lines; who sends nothing is cut off by the upload itself. */
const requestTimeout = 6 * 3_600_000;
/** In ms. Everything else that is sent is small. */
const usualPatience = 300_000;

/**
 * In ms. Proxies keep idle connections for a minute as a rule; one that the server closes first, just as the next request is on its way, is an
 * error for whoever asked.
 */
const keepAliveTimeout = 75_000;

const server = createServer({ requestTimeout, keepAliveTimeout }, (request, response) => {
  if (!isUpload(request.url)) cutOffLater(request);
  handle(request, response).catch((error) => {
    log.error({ error, requestId: response.getHeader("x-request-id") }, "request failed");
    response.destroy();
  });
});

function cutOffLater(request: IncomingMessage) {
  const timer = setTimeout(() => request.complete || request.destroy(), usualPatience).unref();
  request.once("close", () => clearTimeout(timer));
}

server.once("error", (error) => {
  log.fatal({ error }, "the web server cannot listen");
  process.exit(1);
});
server.listen(PORT, HOST, () => {
  const address = server.address();
  process.send?.({ type: "ready", port: typeof address === "object" ? address?.port : PORT });
});

const forgetting = setInterval(
  () => void forgetWindows().catch((error) => log.warn({ error }, "old windows stay")),
  60_000,
);

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  clearInterval(forgetting);
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
