import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { signatureOf } from "@/jobs/notification/webhook";

/** What the receiver has said yes to. */
export type Heard = { channel: string; id: string; event: string; body: unknown };
/** A ping of a schedule's monitor. */
export type Beat = { signal: "start" | "success" | "fail"; runId: string };

export const secret = "of-the-night-and-its-webhooks";
/** As long as a busy monitor takes: whoever is killed has something in hand. */
const answerAfterMs = 60;
/** So many of all that comes for the first time is put off once. */
const refusedOneIn = 25;

/** Webhooks at `/hook/<channel>`, a monitor at `/ping/<schedule>`. It counts what it takes, and what it was sent with a wrong signature. */
export async function startReceiver() {
  const heard: Heard[] = [];
  const beats: Beat[] = [];
  const seen = new Set<string>();
  let refused = 0;
  let forged = 0;

  const isPutOff = (id: string) => {
    if (seen.has(id)) return false;
    seen.add(id);
    const putOff = seen.size % refusedOneIn === 0;
    if (putOff) refused++;
    return putOff;
  };

  async function take(request: IncomingMessage): Promise<number> {
    const body = Buffer.concat(await request.toArray()).toString();
    await delay(answerAfterMs);
    const url = new URL(request.url ?? "/", "http://receiver");
    const [, kind, name = "", word] = url.pathname.split("/");
    if (kind === "ping") {
      const signal = word === "start" || word === "fail" ? word : "success";
      beats.push({ signal, runId: url.searchParams.get("rid") ?? "" });
      return 200;
    }
    const { "coffer-signature": signature, "coffer-delivery": id, "coffer-event": event } = request.headers;
    const time = Number(/^t=(\d+)/.exec(String(signature))?.[1]);
    if (signature !== signatureOf(secret, body, time)) {
      forged++;
      return 401;
    }
    if (isPutOff(String(id))) return 503;
    heard.push({ channel: name, id: String(id), event: String(event), body: JSON.parse(body) });
    return 200;
  }

  const server = createServer(async (request, response) => {
    // A worker that is killed leaves its request half way.
    const status = await take(request).catch(() => 400);
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    heard,
    beats,
    counts: () => ({ refused, forged }),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export type NightReceiver = Awaited<ReturnType<typeof startReceiver>>;
