import { isUtf8 } from "node:buffer";
import type { DataFormat } from "@/jobs/data/format";
import type { Head } from "@/jobs/data-file/head";
import { type Member, membersOf } from "@/jobs/data-file/json-members";
import { isSpace, malformed, openList, openObject, quote, scanContainer, scanOf } from "@/jobs/data-file/json-scan";
import { invalid } from "@/jobs/data-file/refusal";
import type { Encoding } from "@/jobs/data-file/text";

/** The encoding of a text by its beginning. Throws for what is no text. */
export function encodingOf({ bytes, isWhole }: Head): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes.includes(0)) return utf16Of(bytes);
  if (isUtf8(isWhole ? bytes : withoutBegun(bytes))) return "utf-8";
  if (bytes.some((byte) => byte < 32 && !isSpace(byte) && byte !== 0x0c)) throw isBinary();
  return "windows-1252";
}

const isBinary = () =>
  invalid("This is no text. CSV, JSON and NDJSON are taken, also packed with gzip, and CSV files in a zip file.");

/** UTF-16 without a mark: of every two bytes mostly the same one is NUL. */
function utf16Of(bytes: Buffer): Encoding {
  let [even, odd] = [0, 0];
  for (let at = 0; at + 1 < bytes.length; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  const pairs = bytes.length / 2;
  if (odd > pairs * 0.4 && even < pairs * 0.02) return "utf-16le";
  if (even > pairs * 0.4 && odd < pairs * 0.02) return "utf-16be";
  throw isBinary();
}

/** Without the last character, in which the head may end. */
function withoutBegun(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > Math.max(0, bytes.length - 4) && ((bytes[end - 1] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, Math.max(0, end - 1));
}

/** CSV, unless the text begins as JSON does. `name` is the file's, in lower case. */
export function formatOf(head: Head, name: string): DataFormat {
  const { bytes } = head;
  let start = 0;
  while (isSpace(bytes[start])) start++;
  const isNamedJson = /\.(json|ndjson|jsonl)(\.gz)?$/.test(name);
  const first = bytes[start];
  if (first !== openList && first !== openObject) {
    if (isNamedJson) throw invalid("Line 1: this is no JSON, which begins with a bracket or a brace.");
    return "csv";
  }
  const scan = scanOf(bytes);
  const end = scanContainer(scan, start);
  if (end === malformed && /\.(csv|tsv|txt)(\.gz)?$/.test(name)) return "csv";
  if (first === openList) return "json";
  if (/\.(ndjson|jsonl)(\.gz)?$/.test(name)) return "ndjson";
  if (end < 0) return startsNamed(bytes.subarray(start)) ? "ndjson" : "json";
  return isDocument(head, { start, end }) ? "json" : "ndjson";
}

/** Whether one object is all that there is, and has lists as a document of tables does. */
function isDocument({ bytes, isWhole }: Head, { start, end }: { start: number; end: number }): boolean {
  if (!isWhole || bytes.subarray(end).some((byte) => !isSpace(byte))) return false;
  const object = bytes.subarray(start, end);
  const members = membersOf(object);
  if (members.length === 2 && members.some(({ name }) => name === "table")) return false;
  const begins = ({ start: from }: Member) =>
    /^(\{|\[\s*[{\]])/.exec(object.toString("latin1", from, from + 200))?.[0] ?? "";
  return members.some((member) => begins(member).startsWith("[") || (member.name === "data" && begins(member) !== ""));
}

/** The first object is larger than the head: it is a document, unless it is a line that names its table. */
const startsNamed = (bytes: Buffer) =>
  /^\{\s*"table"\s*:\s*"[^"]*"\s*,\s*"row"\s*:/.test(bytes.toString("utf8", 0, 4096));

const delimiters = [",", ";", "\t", "|"];
const mostLines = 50;

/** The delimiter that the header has and that the records after it have as often; a comma when there is none. */
export function delimiterOf(text: Buffer): string {
  const lines = countsByRecord(text);
  const [header] = lines;
  if (!header) return ",";
  const ranked = delimiters.map((delimiter, n) => {
    const inHeader = header[n] ?? 0;
    const same = lines.filter((line) => line[n] === inHeader).length / lines.length;
    return { delimiter, inHeader, score: inHeader === 0 ? 0 : same };
  });
  ranked.sort((a, b) => b.score - a.score || b.inHeader - a.inHeader);
  return ranked[0] && ranked[0].score > 0 ? ranked[0].delimiter : ",";
}

/** How often each of the delimiters is outside of quotes, by record. */
function countsByRecord(text: Buffer): number[][] {
  const records: number[][] = [];
  const codes = delimiters.map((delimiter) => delimiter.charCodeAt(0));
  let counts = codes.map(() => 0);
  let isQuoted = false;
  let length = 0;
  for (const byte of text) {
    if (byte === quote) isQuoted = !isQuoted;
    else if (byte === 10 && !isQuoted) {
      if (length > 1) records.push(counts);
      if (records.length === mostLines) return records;
      counts = codes.map(() => 0);
      length = -1;
    } else if (!isQuoted) {
      const n = codes.indexOf(byte);
      if (n >= 0) counts[n] = (counts[n] ?? 0) + 1;
    }
    length++;
  }
  // The last one may be cut.
  if (records.length === 0) records.push(counts);
  return records;
}
