import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { OpenExport } from "@/jobs/data/open-export";
import { jobsEnv } from "@/jobs/env";
import { wishIn } from "@/server/data-address";
import { noteExport, withRows } from "@/server/data-export";
import { disposition } from "@/server/disposition";
import { type Exchange, goneSignal, requireMethod } from "@/server/exchange";
import { exporterOf } from "@/server/exporter";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { createContext } from "@/server/trpc";

const path = /^\/api\/v1\/export\/([^/]+)\/download$/;

/**
 * Serves rows of a project as a file, as they are read: its length is not known before. Gives false for any other request.
 * When they cannot be read to the end the connection breaks, so that nobody takes a part for the whole; when the client leaves,
 * the server's work ends.
 */
export async function serveDataDownload(exchange: Exchange): Promise<boolean> {
  const { response, url } = exchange;
  const place = path.exec(url.pathname)?.[1];
  if (!place) return false;
  noteOnRequest({ route: `/api/v1/export/${place === "full" || place === "table" ? place : "{table}"}/download` });
  const gone = goneSignal(response);
  try {
    requireMethod(exchange, ["GET", "HEAD"], "A download is a GET or a HEAD.");
    await serve(exchange, place, gone);
  } catch (error) {
    if (!gone.aborted) sendProblem(response, toAppError(error), error);
  }
  return true;
}

async function serve({ request, response, headers, url }: Exchange, place: string, gone: AbortSignal): Promise<void> {
  const ctx = await createContext(headers);
  requireCaller(ctx, request.method, headers);
  const asked = wishIn(place, url.searchParams);
  const { wish } = asked;
  const { project, origin } = await exporterOf(ctx, { ...asked, procedure: "data.download", headers });
  const counts = request.method !== "HEAD";
  await withRows({ projectId: project.id, wish, gone, counts }, async (opened) => {
    response.setHeader("Content-Type", opened.contentType);
    response.setHeader("Content-Disposition", disposition(opened.filename));
    response.setHeader("Cache-Control", "private, no-store, no-transform");
    response.setHeader("X-Content-Type-Options", "nosniff");
    if (request.method === "HEAD") return void response.writeHead(200).end();
    await noteExport(origin, { wish, opened, projectId: project.id });
    response.setHeader("X-Record-Count", opened.recordCount);
    await pipeline(Readable.from(impatient(opened, () => response.destroy())), response);
  });
}

/** Who takes nothing for so long keeps locks at the tenant's server for nothing. */
async function* impatient({ pieces }: OpenExport, onStall: () => void): AsyncGenerator<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    for await (const piece of pieces()) {
      timer = setTimeout(onStall, jobsEnv().EXPORT_STALL_SECONDS * 1000);
      yield piece;
      clearTimeout(timer);
    }
  } finally {
    clearTimeout(timer);
  }
}
