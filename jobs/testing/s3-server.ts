import http from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Settings } from "@/db/schema";
import {
  type Answer,
  type Asked,
  type Contents,
  completeUpload,
  createUpload,
  getObject,
  listObjects,
  listParts,
  listUploads,
  no,
  putObject,
  putPart,
} from "@/jobs/testing/s3-objects";

export type Operation =
  | "put"
  | "create"
  | "part"
  | "complete"
  | "abort"
  | "get"
  | "head"
  | "delete"
  | "list"
  | "uploads"
  | "parts";

/** What goes wrong instead of, or after, what was asked. */
export type Fault =
  | { status: number; code: string }
  /** It is never answered, and the body never read. */
  | "silent"
  /** The connection goes before anything is done. */
  | "cut"
  /** It is done, and the connection goes before the answer. */
  | "done and cut"
  /** It is done, and nothing is answered. */
  | "done and silent"
  /** What is given ends half way, or nothing comes after that half. */
  | "half"
  | "half and silent"
  /** All is given, whatever part was asked for. */
  | "whole"
  /** The bytes that arrive are others than those that were sent, and the server does not notice. */
  | "other bytes";

type Script = { on: Operation; fault: Fault; times: number /** Of this part only. */; part?: number };

export type S3Server = AsyncDisposable & {
  settings: S3Settings;
  contents: Contents;
  /** All that was asked for, in order. */
  log: { operation: Operation; key: string; headers: Asked["headers"] }[];
  /** The next `times` requests of this kind go wrong. */
  fail(on: Operation, fault: Fault, when?: { times?: number; part?: number }): void;
  /** Settles when such a request has come. */
  asked(on: Operation): Promise<void>;
  /** Breaks off what is under way, and refuses every connection until it comes back. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
};

/** A server that speaks like S3 as far as Coffer needs, with conditions on what is put, and that goes wrong as it is told. */
export async function startS3Server(changes: Partial<S3Settings> = {}, host = "127.0.0.1"): Promise<S3Server> {
  const contents: Contents = { objects: new Map(), uploads: new Map() };
  const scripts: Script[] = [];
  const waiting: { on: Operation; resolve(): void }[] = [];
  const log: S3Server["log"] = [];
  const server = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://s3");
    const [, bucket = "", ...key] = decodeURIComponent(url.pathname).split("/");
    const bare = { method: request.method ?? "", key: key.join("/"), query: url.searchParams };
    const operation = operationOf(bare);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    log.push({ operation, key: bare.key, headers });
    for (const each of waiting) if (each.on === operation) each.resolve();
    const fault = nextFault(scripts, operation, Number(url.searchParams.get("partNumber")));
    if (fault === "silent") return;
    if (fault === "cut") return void request.socket.destroy();
    const body = Buffer.concat(await request.toArray().catch(() => []));
    if (!request.complete) return;
    const asked = { ...bare, headers, body };
    const answer = judge(asked, bucket) ?? (typeof fault === "object" ? no(fault.status, fault.code) : undefined);
    if (fault === "whole") delete headers.range;
    if (fault === "other bytes") asked.body = Buffer.alloc(body.length);
    if (fault === "other bytes") delete headers["content-md5"];
    send(response, answer ?? perform(contents, operation, asked), { fault, isHead: operation === "head" });
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, host, resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const settings: S3Settings = {
    endpoint: `http://${host}:${port}`,
    region: "us-east-1",
    bucket: "backups",
    prefix: "coffer/here",
    accessKeyId: "AKIAEXAMPLE",
    secretAccessKey: "s3cr3t/very+secret",
    pathStyle: true,
    ...changes,
  };
  return {
    settings,
    contents,
    log,
    fail: (on, fault, { times = 1, ...only } = {}) => void scripts.push({ on, fault, times, ...only }),
    asked: (on) => new Promise((resolve) => waiting.push({ on, resolve })),
    goAway: close,
    comeBack: () => listen(port),
    [Symbol.asyncDispose]: close,
  };
}

function operationOf({ method, key, query }: Pick<Asked, "method" | "key" | "query">): Operation {
  if (!key) return query.has("uploads") ? "uploads" : "list";
  const isMultipart = query.has("uploadId");
  if (method === "PUT") return isMultipart ? "part" : "put";
  if (method === "POST") return isMultipart ? "complete" : "create";
  if (method === "DELETE") return isMultipart ? "abort" : "delete";
  if (method === "GET" && isMultipart) return "parts";
  return method === "HEAD" ? "head" : "get";
}

function nextFault(scripts: Script[], on: Operation, part: number): Fault | undefined {
  const script = scripts.find((each) => each.on === on && each.times > 0 && (each.part ?? part) === part);
  if (!script) return undefined;
  script.times--;
  return script.fault;
}

/** What S3 would refuse before it looks any further. */
function judge({ headers, query }: Asked, bucket: string): Answer | undefined {
  const credential = headers.authorization ?? query.get("X-Amz-Credential") ?? "";
  if (!credential.includes("AKIAEXAMPLE/")) return no(403, "InvalidAccessKeyId");
  return bucket === "backups" ? undefined : no(404, "NoSuchBucket");
}

function perform(contents: Contents, operation: Operation, asked: Asked): Answer {
  switch (operation) {
    case "put":
      return putObject(contents, asked);
    case "create":
      return createUpload(contents, asked);
    case "part":
      return putPart(contents, asked);
    case "complete":
      return completeUpload(contents, asked);
    case "abort":
      return contents.uploads.delete(asked.query.get("uploadId") ?? "") ? { status: 204 } : no(404, "NoSuchUpload");
    case "get":
    case "head":
      return getObject(contents, asked);
    case "delete":
      contents.objects.delete(asked.key);
      return { status: 204 };
    case "list":
      return listObjects(contents, asked);
    case "uploads":
      return listUploads(contents, asked);
    case "parts":
      return listParts(contents, asked);
  }
}

type Sending = { fault: Fault | undefined; isHead: boolean };

function send(response: http.ServerResponse, { status, headers, body = "" }: Answer, { fault, isHead }: Sending): void {
  if (fault === "done and silent") return;
  if (fault === "done and cut") return void response.destroy();
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, "Content-Length": bytes.length });
  if (isHead) return void response.end();
  if (!fault?.toString().startsWith("half")) return void response.end(bytes);
  response.write(bytes.subarray(0, bytes.length >> 1), () => fault === "half" && response.destroy());
}
