import path from "node:path";
import type { TelegramSettings } from "@/db/schema";
import type { Destination, Placed, PutOptions, Range } from "@/jobs/destination/destination";
import { plainName, untilAborted } from "@/jobs/destination/pieces";
import { copyMissing, unavailable } from "@/jobs/destination/problem";
import { cutOut, resumed, type Span } from "@/jobs/destination/resume";
import { type Bot, openBot } from "@/jobs/destination/telegram-bot";
import { type ChatLocator, chatIndex, chatLocator, partName, type SentPart } from "@/jobs/destination/telegram-index";
import { type SpooledPart, spoolParts } from "@/jobs/destination/telegram-parts";
import { botRefusal, isPassing, telegramProblem } from "@/jobs/destination/telegram-problem";

/**
 * A chat, by a bot that is in it. A file is one message, or one for each part and one that says how they make the file.
 *
 * Names are for people there: any number of files may have the same. A bot may not look through a chat, so that nothing can
 * be listed or swept: what a killed process has sent stays unless somebody keeps what `onPlaced` tells, and so does what was sent when its answer was lost. A bot may
 * delete its messages for 48 hours only in some chats: what it may not delete stays there and counts as removed. Telegram may
 * give a file for a while though its message was deleted.
 */
export function telegramChat(settings: TelegramSettings, idleMs: number): Destination {
  const bot = openBot(settings, idleMs);
  return {
    prepare: async () => {},
    put: async (name, bytes, options) => putIntoChat({ bot, name: plainName(name) }, bytes, options),
    get: (placed, range, signal) => readFromChat(bot, placed, { range, signal }),
    async size({ locator }) {
      let total = 0;
      for (const { fileId } of chatLocator.parse(locator).parts) {
        const found = await bot.getFile(fileId);
        if (!found) return null;
        total += found.file_size ?? 0;
      }
      return total;
    },
    remove: ({ locator }, signal) => bot.deleteMessages(messagesOf(chatLocator.parse(locator)), signal),
    list: () => null,
    freeBytes: async () => null,
    sweep: async () => {},
    link: async () => null,
  };
}

const messagesOf = ({ parts, indexMessageId }: ChatLocator) => [
  ...(indexMessageId === null ? [] : [indexMessageId]),
  ...parts.map(({ messageId }) => messageId),
];

type Naming = { bot: Bot; name: string };

async function putIntoChat({ bot, name }: Naming, bytes: AsyncIterable<Buffer>, options: PutOptions): Promise<Placed> {
  const { signal, sizeBytes, onBytes, onPlaced } = options;
  const partBytes = Math.min(bot.settings.uploadMaxBytes, bot.settings.downloadMaxBytes);
  const sent: (SentPart & { filename: string })[] = [];
  const count = sizeBytes === null ? null : Math.ceil(sizeBytes / partBytes);
  let total = 0;
  const placed = (indexMessageId: number | null): Placed => {
    const parts = sent.map(({ filename, ...part }) => part);
    return { name, sizeBytes: total, locator: { parts, indexMessageId } satisfies ChatLocator };
  };
  try {
    for await (const part of spoolParts(untilAborted(bytes, signal), partBytes)) {
      // Telegram takes no empty file.
      if (part.sizeBytes === 0) break;
      const isOnly = part.isLast && part.number === 1;
      const filename = isOnly ? path.posix.basename(name) : partName(name, part.number, count);
      sent.push({ ...(await sendPart(bot, { part, filename }, signal)), filename });
      total += part.sizeBytes;
      onBytes?.(total);
      await onPlaced?.(placed(null));
    }
    return placed(sent.length === 1 ? null : await sendIndex({ bot, name }, sent, signal));
  } catch (error) {
    const cleaning = AbortSignal.timeout(cleaningMs);
    await bot
      .deleteMessages(
        sent.map(({ messageId }) => messageId),
        cleaning,
      )
      .catch(() => {});
    throw error;
  }
}

/** How long messages are taken back, in ms, when something has gone wrong already. */
const cleaningMs = 120_000;

type Named = { part: SpooledPart; filename: string };

async function sendPart(bot: Bot, { part, filename }: Named, signal: AbortSignal): Promise<SentPart> {
  const { sizeBytes, sha256 } = part;
  const { message_id: messageId, document } = await bot.sendDocument({ filename, ...part }, signal);
  if (document.file_size === undefined || document.file_size === sizeBytes) {
    return { fileId: document.file_id, messageId, sizeBytes, sha256 };
  }
  await bot.deleteMessage(messageId).catch(() => {});
  throw unavailable(`Of ${sizeBytes} bytes that were sent ${document.file_size} have arrived.`);
}

async function sendIndex({ bot, name }: Naming, parts: (SentPart & { filename: string })[], signal: AbortSignal) {
  const { bytes, ...about } = chatIndex(name, parts);
  const read = async function* () {
    yield bytes;
  };
  return (await bot.sendDocument({ ...about, sizeBytes: bytes.length, read }, signal)).message_id;
}

type Reading = { range: Range | undefined; signal: AbortSignal | undefined };

async function* readFromChat(bot: Bot, { name, locator }: Placed, { range, signal }: Reading): AsyncIterable<Buffer> {
  let front = 0;
  for (const part of chatLocator.parse(locator).parts) {
    const span = {
      start: Math.max(0, (range?.start ?? 0) - front),
      end: Math.min(part.sizeBytes, (range?.end ?? Number.POSITIVE_INFINITY) - front),
    };
    front += part.sizeBytes;
    if (span.start >= span.end) continue;
    try {
      yield* resumed((left) => download({ bot, name }, part, { left, signal }), { span, signal, isPassing });
    } catch (error) {
      signal?.throwIfAborted();
      throw telegramProblem(error, bot.settings);
    }
  }
}

type Left = { left: Span; signal: AbortSignal | undefined };

async function* download({ bot, name }: Naming, { fileId }: SentPart, { left, signal }: Left): AsyncIterable<Buffer> {
  // A path is good for an hour: each time a new one.
  const found = await bot.getFile(fileId, signal);
  if (!found?.file_path) throw copyMissing(name);
  const answer = await bot.download(found.file_path, left.start, signal);
  const { statusCode: status = 0 } = answer;
  if (status === 200 || status === 206) return yield* cutOut(answer, status === 206, left);
  answer.destroy();
  if (status === 404) throw copyMissing(name);
  throw botRefusal(status, "the file is not given");
}
