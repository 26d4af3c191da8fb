import { randomBytes } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import type { TelegramSettings } from "@/db/schema";
import { readForm } from "@/jobs/testing/form";

export type BotMethod = "sendDocument" | "getFile" | "deleteMessage" | "deleteMessages" | "file";

export type BotFault =
  | { status: number; description: string; waitSeconds?: number }
  /** The same, said before the file has come. */
  | { early: true; status: number; description: string; waitSeconds?: number }
  | "silent"
  | "cut"
  /** It is done, and the connection goes before the answer. */
  | "done and cut"
  /** The file ends half way. */
  | "half"
  /** The answer is no Bot API server's. */
  | "other server";

export type SentMessage = { id: number; filename: string; caption: string; fileId: string; sizeBytes: number };

export type BotApi = AsyncDisposable & {
  settings: TelegramSettings;
  /** What is in the chat. */
  messages: Map<number, SentMessage>;
  /** What the server has, whether a message still speaks of it or not. */
  files: Map<string, Buffer>;
  log: { method: string; range: string | undefined; at: number }[];
  fail(on: BotMethod, fault: BotFault, when?: { times?: number; after?: number }): void;
  asked(on: BotMethod): Promise<void>;
};

type Limits = {
  uploadMaxBytes?: number;
  downloadMaxBytes?: number;
  /** Messages that a chat takes within a second. */
  perSecond?: number;
  /** Whether paths of files are those of the server's disk, as one that was started with `--local` gives them. */
  isLocal?: boolean;
};

type Reply = { status: number; body: unknown };
const done = (result: unknown): Reply => ({ status: 200, body: { ok: true, result } });
const no = (status: number, description: string, waitSeconds?: number): Reply => ({
  status,
  body: {
    ok: false,
    error_code: status,
    description,
    ...(waitSeconds !== undefined && { parameters: { retry_after: waitSeconds } }),
  },
});

/** A server that speaks the Bot API as far as Coffer needs, with the limits of Telegram's own, and goes wrong as it is told. */
export async function startBotApi(limits: Limits = {}): Promise<BotApi> {
  const settings: TelegramSettings = {
    botToken: "123456:AAVerySecretTokenOfTheBot_-0123456789",
    chatId: "-1001234567890",
    apiUrl: "",
    uploadMaxBytes: limits.uploadMaxBytes ?? 50_000_000,
    downloadMaxBytes: limits.downloadMaxBytes ?? 20_000_000,
  };
  const state = {
    settings,
    limits,
    messages: new Map<number, SentMessage>(),
    files: new Map<string, Buffer>(),
    sentAt: [] as number[],
  };
  const scripts: { on: BotMethod; fault: BotFault; times: number; after: number }[] = [];
  const waiting: { on: string; resolve(): void }[] = [];
  const log: BotApi["log"] = [];
  const server = http.createServer(async (request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    const isFile = path.startsWith(`/file/bot${settings.botToken}/`);
    const method = isFile ? "file" : path.replace(`/bot${settings.botToken}/`, "");
    log.push({ method, range: request.headers.range, at: Date.now() });
    for (const each of waiting) if (each.on === method) each.resolve();
    const script = scripts.find((each) => each.on === method && each.times > 0 && each.after-- <= 0);
    if (script) script.times--;
    const fault = script?.fault;
    if (fault === "silent") return;
    if (fault === "cut") return void request.socket.destroy();
    if (typeof fault === "object" && "early" in fault) request.resume();
    else if (fault === "other server") return void response.end("<html>Welcome</html>");
    if (isFile && typeof fault !== "object")
      return sendFile(state, { request, response, path, isCut: fault === "half" });
    const reply =
      typeof fault === "object" && "early" in fault ? refusal(fault) : await answer(state, { request, method, fault });
    if (fault === "done and cut") return void response.destroy();
    // Who follows it wherever it leads, follows it there.
    const away = reply.status >= 300 && reply.status < 400 ? { Location: "http://169.254.169.254/" } : {};
    response.writeHead(reply.status, { "Content-Type": "application/json", ...away }).end(JSON.stringify(reply.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  settings.apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    settings,
    messages: state.messages,
    files: state.files,
    log,
    fail: (on, fault, { times = 1, after = 0 } = {}) => void scripts.push({ on, fault, times, after }),
    asked: (on) => new Promise((resolve) => waiting.push({ on, resolve })),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type State = {
  settings: TelegramSettings;
  limits: Limits;
  messages: Map<number, SentMessage>;
  files: Map<string, Buffer>;
  /** When messages were taken. */
  sentAt: number[];
};

const refusal = ({ status, description, waitSeconds }: { status: number; description: string; waitSeconds?: number }) =>
  no(status, description, waitSeconds);

type Asked = { request: http.IncomingMessage; method: string; fault: BotFault | undefined };

async function answer(state: State, { request, method, fault }: Asked): Promise<Reply> {
  const form = await readForm(request);
  if (typeof fault === "object") return refusal(fault);
  if (method.includes("/")) return no(401, "Unauthorized");
  if (method === "getFile") return getFile(state, String(form.fields.file_id));
  if (String(form.fields.chat_id) !== state.settings.chatId) return no(400, "Bad Request: chat not found");
  if (method === "deleteMessage") {
    const isThere = state.messages.delete(Number(form.fields.message_id));
    return isThere ? done(true) : no(400, "Bad Request: message to delete not found");
  }
  if (method === "deleteMessages") {
    for (const id of z.array(z.number()).max(100).parse(form.fields.message_ids)) state.messages.delete(id);
    return done(true);
  }
  if (method !== "sendDocument") return no(404, "Not Found: method not found");
  const { file } = form;
  if (!file || file.bytes.length === 0) return no(400, "Bad Request: file must be non-empty");
  // The real limits, whatever the settings of the destination say.
  if (file.bytes.length > (state.limits.uploadMaxBytes ?? 50_000_000)) return no(413, "Request Entity Too Large");
  const now = Date.now();
  const recent = state.sentAt.filter((at) => at > now - 1000);
  if (recent.length >= (state.limits.perSecond ?? 1000)) return no(429, "Too Many Requests: retry after 1", 1);
  state.sentAt = [...recent, now];
  return done(keep(state, file, String(form.fields.caption ?? "")));
}

function keep({ messages, files }: State, file: { filename: string; bytes: Buffer }, caption: string) {
  const id = messages.size + 1000 + files.size;
  const fileId = `BQACAgIAAx0${randomBytes(12).toString("base64url")}`;
  files.set(fileId, file.bytes);
  messages.set(id, { id, filename: file.filename, caption, fileId, sizeBytes: file.bytes.length });
  const document = { file_id: fileId, file_name: file.filename, file_size: file.bytes.length };
  return { message_id: id, date: 0, document };
}

function getFile({ files, limits, settings }: State, fileId: string): Reply {
  const bytes = files.get(fileId);
  if (!bytes) return no(400, "Bad Request: wrong file_id or the file is temporarily unavailable");
  if (bytes.length > (limits.downloadMaxBytes ?? 20_000_000)) return no(400, "Bad Request: file is too big");
  const front = limits.isLocal ? `/var/lib/telegram-bot-api/${settings.botToken}/` : "";
  return done({ file_id: fileId, file_size: bytes.length, file_path: `${front}documents/${fileId}` });
}

type FileAsked = { request: http.IncomingMessage; response: http.ServerResponse; path: string; isCut: boolean };

function sendFile({ files, settings }: State, { request, response, path, isCut }: FileAsked): void {
  const front = `/file/bot${settings.botToken}/documents/`;
  const bytes = path.startsWith(front) ? files.get(path.slice(front.length)) : undefined;
  if (!bytes) return void response.writeHead(404).end();
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const part = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, { "Content-Length": part.length });
  if (!isCut) return void response.end(part);
  response.write(part.subarray(0, part.length >> 1), () => response.destroy());
}
