import { PassThrough } from "node:stream";
import { type Archive, checkContents, type Expected, type Reader } from "@/jobs/archive/contents";

/** A check of an archive that is seen only once, while it passes: nobody here could read it afterwards. */
export type PassingCheck = AsyncDisposable & {
  /** Takes what passes until enough was seen. Throws once it has seen that the archive is not good; waits no longer than the signal. */
  inspect(piece: Buffer, signal: AbortSignal): Promise<void>;
  /** All has passed: throws as `checkContents` does unless the archive is good. */
  end(): Promise<void>;
};

/** Checks as `checkContents` does. Disposing of it ends whatever it has started. */
export function checkPassing(
  archive: Omit<Archive, "from">,
  expected: Expected,
  { path, signal }: Reader,
): PassingCheck {
  const passing = new PassThrough({ highWaterMark: 1024 * 1024 });
  const ending = new AbortController();
  let refusal: { cause: unknown } | undefined;
  let verdict: Promise<void> | undefined;

  // With the first piece: a dump that never comes needs no process to look at it.
  function begin(): Promise<void> {
    if (verdict) return verdict;
    const reader = { path, signal: AbortSignal.any([signal, ending.signal]) };
    verdict = checkContents({ ...archive, from: passing }, expected, reader);
    verdict.catch((cause) => {
      refusal = { cause };
    });
    return verdict;
  }
  return {
    async inspect(piece, until) {
      begin();
      if (!passing.destroyed && !passing.write(piece)) await room(passing, until);
      if (refusal) throw refusal.cause;
    },
    async end() {
      const checked = begin();
      passing.end();
      await checked;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      passing.end();
      await verdict?.catch(() => {});
    },
  };
}

/** Settles when it takes more, when nobody reads it any more, or when the signal comes. */
function room(stream: PassThrough, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      stream.off("drain", go).off("close", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    stream.on("drain", go).on("close", go);
    signal.addEventListener("abort", go);
    if (signal.aborted) go();
  });
}
