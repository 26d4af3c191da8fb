import { untilAborted } from "@/jobs/destination/pieces";
import { backoff } from "@/jobs/destination/retry";

/** How often in a row a download is taken up again without a byte of it. */
const mostFailures = 6;

export type Span = { start: number; end: number };

type Resuming = {
  span: Span;
  signal: AbortSignal | undefined;
  isPassing(error: unknown): boolean;
};

/** The bytes of a span. What breaks is opened again where it broke, for what is left. */
export async function* resumed(
  open: (left: Span) => AsyncIterable<Buffer>,
  { span: { start, end }, signal = new AbortController().signal, isPassing }: Resuming,
): AsyncIterable<Buffer> {
  let at = start;
  for (let failures = 0; ; ) {
    try {
      for await (const piece of untilAborted(open({ start: at, end }), signal)) {
        failures = 0;
        at += piece.length;
        yield piece;
      }
      if (at === end) return;
      throw Object.assign(new Error("Premature close"), { code: "ERR_STREAM_PREMATURE_CLOSE" });
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || ++failures >= mostFailures) throw error;
      await backoff(failures, signal);
    }
  }
}

/** What was asked for of an answer, which is all of the file from a server that gives no parts. */
export async function* cutOut(answer: AsyncIterable<Buffer>, isPart: boolean, { start, end }: Span) {
  let skip = isPart ? 0 : start;
  let left = end - start;
  for await (const piece of answer) {
    const wanted = piece.subarray(skip, skip + left);
    skip -= Math.min(skip, piece.length);
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (left === 0) return;
  }
}
