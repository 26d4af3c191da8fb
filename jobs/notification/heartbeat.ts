import { ask, isSuccess, refusal } from "@/jobs/notification/http";
import { plain } from "@/jobs/notification/plain";

export type Beat = { signal: "start" | "success" | "fail"; runId: string; why?: string };

/** The address itself for a success, `/start` or `/fail` after it else; `rid` tells runs at the same time apart. */
export function heartbeatUrl(url: string, { signal, runId }: Beat): string {
  const place = new URL(url);
  if (signal !== "success") place.pathname = `${place.pathname.replace(/\/+$/, "")}/${signal}`;
  place.searchParams.set("rid", runId);
  return place.href;
}

/** Tells a monitor of scheduled work that a run starts, or how it ended. One that takes no POST gets a GET. */
export async function ping(url: string, beat: Beat, signal?: AbortSignal): Promise<void> {
  const place = heartbeatUrl(url, beat);
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  let heard = await ask({ url: place, body: plain(beat.why ?? "", 500), headers, signal });
  if (heard.status === 405) heard = await ask({ method: "GET", url: place, signal });
  if (!isSuccess(heard)) throw refusal(place, heard, { isFinal: false });
}
