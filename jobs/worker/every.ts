import { isConnectionLoss } from "@/db/errors";
import { log } from "@/db/log";

/** Repeats the work until told to stop, which aborts its signal. What fails is logged and tried again next time. */
export function every(interval: number, work: (signal: AbortSignal) => Promise<void>): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stopping = new AbortController();
  async function round() {
    try {
      await work(stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return;
      if (isConnectionLoss(error)) log.warn("the control plane is away");
      else log.error({ error }, "regular work failed");
    }
    if (!stopping.signal.aborted) timer = setTimeout(round, interval);
  }
  void round();
  return () => {
    stopping.abort();
    clearTimeout(timer);
  };
}
