import { z } from "zod";
import type { TelegramSettings } from "@/db/schema";
import { quoted, refused, unavailable } from "@/jobs/destination/problem";
import { isBroken, pause } from "@/jobs/destination/retry";
import { unreachable } from "@/jobs/destination/unreachable";

/** The longest that a server may ask us to wait at once, in seconds. */
const longestWait = 900;

const botAnswer = z.union([
  z.object({ ok: z.literal(true), result: z.unknown() }),
  z.object({
    ok: z.literal(false),
    error_code: z.number(),
    description: z.string().default(""),
    parameters: z.object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() }).default({}),
  }),
]);

/** What a Bot API server has said no with. */
type BotRefusal = Error & { botRefusal: { status: number; waitSeconds: number | null; movedTo: number | null } };

const isRefusal = (error: unknown): error is BotRefusal => error instanceof Error && "botRefusal" in error;

export const refusalOf = (error: unknown) => (isRefusal(error) ? { ...error.botRefusal, said: error.message } : null);

export function botRefusal(status: number, said: string): Error {
  return Object.assign(new Error(said), { botRefusal: { status, waitSeconds: null, movedTo: null } });
}

/** The result in an answer. Throws what stands there instead. */
export function answerOf(status: number, text: string): unknown {
  const parsed = botAnswer.safeParse(parseJson(text));
  if (!parsed.success) throw botRefusal(status === 200 ? 502 : status, "no answer of a Bot API server");
  if (parsed.data.ok) return parsed.data.result;
  const { error_code, description, parameters } = parsed.data;
  const details = { waitSeconds: parameters.retry_after ?? null, movedTo: parameters.migrate_to_chat_id ?? null };
  throw Object.assign(new Error(description), { botRefusal: { status: error_code, ...details } });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether the same request may succeed a little later, without having been told when. */
export function isPassing(error: unknown): boolean {
  const refusal = refusalOf(error);
  if (!refusal) return isBroken(error);
  if (refusal.waitSeconds !== null) return false;
  // Telegram says so of a file that it cannot find just now, and of one that is gone.
  return refusal.status >= 500 || refusal.status === 429 || /temporarily unavailable/i.test(refusal.said);
}

/** Does the work again, as often as the server asks us to wait, and after so long as it says. */
export async function obeying<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const seconds = refusalOf(error)?.waitSeconds ?? null;
      if (seconds === null || seconds > longestWait) throw error;
      await pause(seconds * 1000, signal);
    }
  }
}

/** What went wrong, for people, without the token in it. */
export function telegramProblem(error: unknown, settings: TelegramSettings): unknown {
  if (error instanceof Error && "failure" in error) return error;
  const { host } = new URL(settings.apiUrl);
  const known = unreachable(error, host);
  if (known) return known;
  const refusal = refusalOf(error);
  if (!refusal) return error;
  const { status, waitSeconds, movedTo } = refusal;
  const said = quoted(refusal.said, [settings.botToken]);
  if (waitSeconds !== null) return unavailable(`${host} asks us to wait for ${waitSeconds} seconds.`);
  if (movedTo !== null) return refused(`The chat has become another one: its number is ${movedTo} now.`);
  if (status === 401 || status === 404)
    return refused(`${host} does not know the bot: its token is wrong or was revoked.`);
  if (/chat not found/i.test(said)) return refused("There is no such chat, or the bot is not in it.");
  if (status === 413 || /too (big|large)/i.test(said)) {
    return refused(
      `${host} takes or gives no file of this size: ${said}.`,
      "Set the limits of this destination to those of its Bot API server.",
    );
  }
  if (status >= 500 || status === 429) return unavailable(`${host} answers with an error (${status}): ${said}.`);
  return refused(`${host} refuses (${status}): ${said}.`);
}
