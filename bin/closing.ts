import { say } from "@/bin/run";

/** What has to be ended, last begun first. */
export type Closing = {
  /** Aborted as soon as the end begins. */
  signal: AbortSignal;
  /** `close` runs at the end; at once when the end has begun. `kill` runs instead when the end must not wait. */
  defer: (close: () => Promise<void>, kill?: () => void) => void;
  close: () => Promise<void>;
  kill: () => void;
};

export function createClosing(): Closing {
  const steps: (() => Promise<void>)[] = [];
  const kills: (() => void)[] = [];
  const ending = new AbortController();
  const attempt = async (close: () => Promise<void>) => {
    // One thing that does not end well must not keep the others running.
    await close().catch((error: unknown) => say(String(error)));
  };
  return {
    signal: ending.signal,
    defer: (close, kill) => {
      if (kill) kills.push(kill);
      if (ending.signal.aborted) void attempt(close);
      else steps.push(close);
    },
    close: async () => {
      ending.abort();
      for (let step = steps.pop(); step; step = steps.pop()) {
        await attempt(step);
      }
    },
    kill: () => {
      for (const kill of kills) kill();
    },
  };
}
