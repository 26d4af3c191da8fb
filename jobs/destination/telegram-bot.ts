import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { TelegramSettings } from "@/db/schema";
import { readText, send } from "@/jobs/destination/http";
import { retrying } from "@/jobs/destination/retry";
import { answerOf, isPassing, obeying, refusalOf, telegramProblem } from "@/jobs/destination/telegram-problem";

export type BotFile = { filename: string; sizeBytes: number; caption?: string; read(): AsyncIterable<Buffer> };

const message = z.object({
  message_id: z.number(),
  document: z.object({ file_id: z.string(), file_size: z.number().optional() }),
});
const botFile = z.object({ file_size: z.number().optional(), file_path: z.string().optional() });

export type BotMessage = z.infer<typeof message>;

export type Bot = ReturnType<typeof openBot>;

const patience = 5;
/** Of `deleteMessages`. Source: https://core.telegram.org/bots/api#deletemessages */
const mostAtOnce = 100;

/** A bot and its chat. What goes wrong is told without the token, which is part of every address. */
export function openBot(settings: TelegramSettings, idleMs: number) {
  const server = new URL(settings.apiUrl);
  const base = server.pathname.replace(/\/+$/, "");
  const post = (method: string, signal: AbortSignal | undefined, body: Body) =>
    send(server, `${base}/bot${settings.botToken}/${method}`, {
      method: "POST",
      idleMs,
      // A file that was sent again because its answer came late would be there twice.
      answerMs: idleMs * patience,
      signal,
      ...body,
    });

  /** Calls a method, again when what went wrong is passing or we were asked to wait. Gives null for a refusal like `gone` that stays. */
  async function call(method: string, body: () => Body, { signal, gone }: Calling): Promise<unknown> {
    const once = async () => {
      const answer = await post(method, signal, body());
      return answerOf(answer.statusCode ?? 0, await readText(answer));
    };
    try {
      return await obeying(() => retrying(once, { signal, isPassing }), signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (gone?.test(refusalOf(error)?.said ?? "")) return null;
      throw telegramProblem(error, settings);
    }
  }

  /** One that is not there, or may not be deleted any more, is left at that. */
  async function deleteMessage(messageId: number, signal?: AbortSignal): Promise<void> {
    const asked = { chat_id: settings.chatId, message_id: messageId };
    const gone = /message to delete not found|message can't be deleted|MESSAGE_ID_INVALID/i;
    await call("deleteMessage", () => asJson(asked), { signal, gone });
  }

  return {
    settings,
    deleteMessage,
    /** The same, many at once. */
    async deleteMessages(messageIds: number[], signal?: AbortSignal): Promise<void> {
      for (let i = 0; i < messageIds.length; i += mostAtOnce) {
        const some = messageIds.slice(i, i + mostAtOnce);
        const asked = { chat_id: settings.chatId, message_ids: some };
        // Some of them may not be deleted, and older servers do not know the method: one by one, then.
        const refused = /message.* not found|message.* can't be deleted|MESSAGE_ID|method not found/i;
        const done = await call("deleteMessages", () => asJson(asked), { signal, gone: refused });
        if (done === null) for (const messageId of some) await deleteMessage(messageId, signal);
      }
    },
    async sendDocument(file: BotFile, signal: AbortSignal): Promise<BotMessage> {
      return message.parse(await call("sendDocument", () => documentForm(settings.chatId, file), { signal }));
    },
    /** Null when there is no such file, as far as the server can tell: it was asked again while that might pass. */
    async getFile(fileId: string, signal?: AbortSignal): Promise<z.infer<typeof botFile> | null> {
      const gone = /wrong file|invalid file|file not found|FILE_ID_INVALID/i;
      return botFile.nullable().parse(await call("getFile", () => asJson({ file_id: fileId }), { signal, gone }));
    },
    /** A file by the path that `getFile` has given, from `start` on, if the server gives parts: see the answer's status. */
    download(filePath: string, start: number, signal: AbortSignal | undefined) {
      const path = relative(filePath, settings.botToken).split("/").map(encodeURIComponent).join("/");
      const headers: Record<string, string> = start > 0 ? { Range: `bytes=${start}-` } : {};
      return send(server, `${base}/file/bot${settings.botToken}/${path}`, { method: "GET", headers, idleMs, signal });
    },
  };
}

type Calling = { signal: AbortSignal | undefined; gone?: RegExp };
type Body = { headers: Record<string, string | number>; body: AsyncIterable<Buffer> };

/** A server of one's own may give the path on its disk, whose folders are named by tokens. */
const relative = (filePath: string, token: string) => filePath.split(`/${token}/`).at(-1)?.replace(/^\/+/, "") ?? "";

async function* once(bytes: Buffer) {
  yield bytes;
}

function asJson(value: unknown): Body {
  const bytes = Buffer.from(JSON.stringify(value));
  return { headers: { "Content-Type": "application/json", "Content-Length": bytes.length }, body: once(bytes) };
}

/** The form of RFC 7578, with the file as a stream. */
function documentForm(chatId: string, file: BotFile): Body {
  const boundary = `coffer-${randomUUID()}`;
  const fields = {
    chat_id: chatId,
    disable_notification: "true",
    // Otherwise some files would become animations, and others than they were.
    disable_content_type_detection: "true",
    ...(file.caption && { caption: file.caption }),
  };
  const head = (text: string) => `--${boundary}\r\nContent-Disposition: form-data; name=${text}`;
  const filename = file.filename.replace(/["\r\n]/g, encodeURIComponent);
  const lines = Object.entries(fields).map(([name, value]) => `${head(`"${name}"`)}\r\n\r\n${value}\r\n`);
  lines.push(`${head(`"document"; filename="${filename}"`)}\r\nContent-Type: application/octet-stream\r\n\r\n`);
  const front = Buffer.from(lines.join(""));
  const back = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* body() {
    yield front;
    yield* file.read();
    yield back;
  }
  return {
    headers: {
      "Content-Type": `multipart/form-data; boundary=${boundary}`,
      "Content-Length": front.length + file.sizeBytes + back.length,
    },
    body: body(),
  };
}
