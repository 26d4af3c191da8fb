import path from "node:path";
import { z } from "zod";

/** Where a file is in a chat. */
export const chatLocator = z.object({
  parts: z.array(z.object({ fileId: z.string(), messageId: z.number(), sizeBytes: z.number(), sha256: z.string() })),
  /** Of the message that says how the parts make the file; none for a file of one. */
  indexMessageId: z.number().nullable(),
});

export type ChatLocator = z.infer<typeof chatLocator>;
export type SentPart = ChatLocator["parts"][number];

/** `a.dump.gz.001`; of as many digits as the last of so many needs, so that they sort. */
export function partName(name: string, number: number, count: number | null): string {
  const digits = Math.max(3, String(count ?? 99_999).length);
  return `${path.posix.basename(name)}.${String(number).padStart(digits, "0")}`;
}

/** What a person needs to put the file together from what is in the chat. */
export function chatIndex(name: string, parts: (SentPart & { filename: string })[]) {
  const base = path.posix.basename(name);
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const command = parts.length === 0 ? `: > ${quote(base)}` : `cat ${quote(base)}.[0-9]* > ${quote(base)}`;
  const index = {
    file: base,
    path: name,
    sizeBytes,
    restore: command,
    parts: parts.map(({ filename, sizeBytes: partBytes, sha256, messageId }) => ({
      filename,
      sizeBytes: partBytes,
      sha256,
      messageId,
    })),
  };
  return {
    filename: `${base}-parts.json`,
    bytes: Buffer.from(`${JSON.stringify(index, null, 2)}\n`),
    // A caption has room for 1,024 characters.
    caption: `${base}: ${parts.length} parts. Load them all into one folder, then: ${command}`.slice(0, 1000),
  };
}

/** For a shell. */
const quote = (text: string) => (/^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
