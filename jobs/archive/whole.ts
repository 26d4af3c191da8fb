import type { DumpFormat } from "@/jobs/archive/dump-format";
import { followTar } from "@/jobs/archive/tar";

/**
 * A plain dump as its bytes pass. Throws what `complain` makes of a sentence when it is not whole and the tools would not say
 * so: pg_restore never ends on a tar file that was cut short, and psql runs what there is of a script. An archive as `custom`
 * passes as it is.
 */
export function wholeDump(
  source: AsyncIterable<Buffer>,
  format: DumpFormat,
  complain: (sentence: string) => Error,
): AsyncIterable<Buffer> {
  if (format === "custom") return source;
  return format === "tar" ? wholeTar(source, complain) : wholeScript(source, complain);
}

async function* wholeTar(source: AsyncIterable<Buffer>, complain: (sentence: string) => Error) {
  const tar = followTar();
  for await (const chunk of source) {
    tar.take(chunk);
    yield chunk;
  }
  const complaint = tar.complaint();
  if (complaint) throw complain(complaint);
}

const edgeBytes = 64 * 1024;
const firstLine = /^-- PostgreSQL database dump\r?\n/m;
const lastLine = /\n-- PostgreSQL database dump complete\r?\n--\r?\n\s*(\\unrestrict \w+\s*)?$/;

/** pg_dump writes its last line last of all: a script without it was cut, be it between two statements. */
async function* wholeScript(source: AsyncIterable<Buffer>, complain: (sentence: string) => Error) {
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head.length < edgeBytes) head = Buffer.concat([head, chunk.subarray(0, edgeBytes)]);
    tail = Buffer.concat([tail, chunk.subarray(-edgeBytes)]).subarray(-edgeBytes);
    yield chunk;
  }
  if (!firstLine.test(head.toString("latin1"))) throw complain("The script does not begin like a dump.");
  if (!lastLine.test(tail.toString("latin1"))) throw complain("The script ends before its end.");
}
