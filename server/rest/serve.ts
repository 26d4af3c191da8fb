import type { ServerResponse } from "node:http";
import { AppError } from "@/db/errors";
import { type Exchange, goneSignal } from "@/server/exchange";
import { jobEnd } from "@/server/job-end";
import { sendProblem, toAppError } from "@/server/problem";
import { noteOnRequest } from "@/server/request-log";
import { requireCaller } from "@/server/require-caller";
import { sendJson } from "@/server/respond";
import { readBody } from "@/server/rest/body";
import { readForm } from "@/server/rest/form";
import { inCallersNames, inputFrom } from "@/server/rest/input";
import { matchRow } from "@/server/rest/match";
import { type Answer, callProcedure, type Row } from "@/server/rest/row";
import { toWire } from "@/server/rest/wire";
import { type Context, createContext } from "@/server/trpc";

/** The longest that a caller may ask us to wait, in seconds. */
export const longestWait = 60;

/** Serves the REST API. Gives false for a request that is not for it. */
export async function serveRest(exchange: Exchange): Promise<boolean> {
  const { request, response, url } = exchange;
  if (!url.pathname.startsWith("/api/") || url.pathname.startsWith("/api/auth/")) return false;
  const match = matchRow(request.method ?? "GET", url.pathname);
  if (!match) {
    sendProblem(response, new AppError("NOT_FOUND", "There is nothing at this address. See /docs/api."));
  } else if ("allowed" in match) {
    response.setHeader("Allow", match.allowed.join(", "));
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else sendProblem(response, new AppError("METHOD_NOT_ALLOWED", `Use ${match.allowed.join(" or ")} here.`));
  } else await serveRow(match.row, { ...exchange, params: match.params });
  return true;
}

type Call = Exchange & { params: Record<string, string> };

async function serveRow(row: Row, exchange: Call): Promise<void> {
  const { request, response, headers } = exchange;
  noteOnRequest({ route: row.path });
  let ctx: Context | undefined;
  try {
    // Before the body is read: nobody has to send a megabyte to hear that they may not.
    ctx = { ...(await createContext(headers)), gone: goneSignal(response) };
    if (!row.open) requireCaller(ctx, request.method, headers);
    const { status, body, headers: extra } = await answer(row, exchange, ctx);
    tellAllowance(response, ctx);
    if (status === 204) response.writeHead(204, extra).end();
    else sendJson(response, { status, body, headers: extra });
  } catch (error) {
    if (ctx) tellAllowance(response, ctx);
    // What is left of a body that nobody wants to read must not be taken for the next request.
    if (!request.complete) response.setHeader("Connection", "close");
    sendProblem(response, inCallersNames(row, toAppError(error)), error);
  }
}

async function answer(row: Row, call: Call, ctx: Context) {
  const { request, headers, url, params } = call;
  const body = row.takesFile ? await readForm(row, call) : await readBody(request, headers);
  const query = row.takesFile ? without(url.searchParams, "project_id") : url.searchParams;
  const input = inputFrom(row, { params, query, body, headers });
  const result = await callProcedure(ctx, row.procedure, input);
  const seconds = row.waits ? waitOf(headers, row.waits) : 0;
  const asked = {
    input,
    url,
    // What we ask for ourselves counts against nobody.
    call: (name: Row["procedure"], more: unknown) => callProcedure({ ...ctx, isOurs: true }, name, more),
    wait: async (jobId: string) => {
      if (seconds > 0) await jobEnd(jobId, seconds);
      return seconds > 0;
    },
  };
  const presented: Answer<unknown> = await row.present(result, asked as Parameters<Row["present"]>[1]);
  const status = presented.status ?? row.status;
  const schema = row.otherwise?.find((other) => other.status === status)?.output ?? row.output;
  const applied: Record<string, string> = seconds > 0 ? { "Preference-Applied": `wait=${seconds}` } : {};
  return { status, body: toWire(schema, presented.body, row.casing), headers: { ...applied, ...presented.headers } };
}

function without(query: URLSearchParams, name: string): URLSearchParams {
  const rest = new URLSearchParams(query);
  rest.delete(name);
  return rest;
}

/** RFC 7240: what cannot be understood is left out. */
function waitOf(headers: Headers, usual: boolean | number): number {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?=$|[,;])/i.exec(headers.get("prefer") ?? "")?.[1];
  return Math.min(longestWait, Number(seconds ?? (usual === true ? 0 : usual)));
}

/** As in draft-ietf-httpapi-ratelimit-headers-06, which is what most clients know. */
function tellAllowance(response: ServerResponse, { allowances }: Context) {
  const [tightest] = allowances.toSorted((a, b) => a.remaining - b.remaining);
  if (!tightest) return;
  response.setHeader("RateLimit-Limit", tightest.limit);
  response.setHeader("RateLimit-Remaining", tightest.remaining);
  response.setHeader("RateLimit-Reset", tightest.resetSeconds);
}
