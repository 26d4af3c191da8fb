import { z } from "zod";
import { ask, type Heard } from "@/jobs/notification/http";
import type { Message } from "@/jobs/notification/message";
import { plain, withoutSecrets } from "@/jobs/notification/plain";
import { asTelegram } from "@/jobs/notification/render";
import { undelivered } from "@/jobs/notification/undelivered";

const answer = z.object({
  ok: z.boolean(),
  description: z.string().optional(),
  parameters: z.object({ retry_after: z.number().int().min(0).max(86_400).optional() }).optional(),
});

type Chat = { botToken: string; chatId: string; apiUrl: string };

/** Sends a message to a chat by a bot that is in it. */
export async function sendTelegram(chat: Chat, message: Message, signal?: AbortSignal): Promise<void> {
  const heard = await ask({
    url: `${chat.apiUrl.replace(/\/+$/, "")}/bot${chat.botToken}/sendMessage`,
    body: JSON.stringify({
      chat_id: chat.chatId,
      text: asTelegram(message),
      link_preview_options: { is_disabled: true },
    }),
    headers: { "Content-Type": "application/json" },
    signal,
  });
  const said = answerIn(heard);
  if (heard.status === 200 && said?.ok) return;
  const why = plain(withoutSecrets(said?.description ?? "no reason given", [chat.botToken]));
  throw undelivered({
    message: `Telegram did not take the message: ${why} (${heard.status}).`,
    isPermanent: said !== null && heard.status >= 400 && heard.status < 500 && heard.status !== 429,
    retryAfter: said?.parameters?.retry_after,
  });
}

function answerIn({ body }: Heard): z.infer<typeof answer> | null {
  try {
    return answer.parse(JSON.parse(body));
  } catch {
    return null;
  }
}
