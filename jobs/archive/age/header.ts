import { createHmac, timingSafeEqual } from "node:crypto";
import { fromBase64, toBase64 } from "@/jobs/archive/age/base64";
import { damaged, unsupported } from "@/jobs/archive/age/refusal";
import { derive } from "@/jobs/archive/age/wrap";

/** The file key, locked for one recipient: `-> type args…`, then the body in lines of base64. */
export type Stanza = { type: string; args: string[]; body: Buffer };

const family = "age-encryption.org/";
const versionLine = `${family}v1\n`;
const armor = "-----BEGIN AGE";
const columns = 64;
const macBytes = 32;
/** In bytes. The format has no limit; ours keeps a stranger's file from filling the memory. */
const maxHeader = 1024 * 1024;

/** The header of section "Header" in https://c2sp.org/age, and the text before it that its MAC covers. */
type Header = { stanzas: Stanza[]; covered: Buffer; mac: Buffer };

/**
 * Where the header ends, in bytes, given the beginning of a file; undefined when more of it is needed. Throws
 * UNSUPPORTED_MEDIA_TYPE when this cannot become an age v1 file, BACKUP_CORRUPT when its header has no end.
 */
export function headerLength(start: Buffer): number | undefined {
  checkVersion(start);
  const end = start.indexOf("\n---");
  const newline = end < 0 ? -1 : start.indexOf("\n", end + 1);
  if (newline >= 0 && newline < maxHeader) return newline + 1;
  if (start.length >= maxHeader) throw damaged("its header has no end");
  return undefined;
}

function checkVersion(start: Buffer) {
  const text = start.toString("latin1", 0, columns);
  const isLike = (beginning: string) => text.startsWith(beginning.slice(0, text.length));
  if (isLike(versionLine)) return;
  if (isLike(armor)) throw unsupported("This age file is armored: turn it into a binary one first.");
  if (!isLike(family)) throw unsupported("This is not an age file.");
  const version = /^[\x21-\x7e]+(?=\n|$)/.exec(text.slice(family.length));
  throw version ? unsupported("This age file is of a version that is not supported.") : damaged("its first line");
}

/** Reads exactly `headerLength` bytes. Throws BACKUP_CORRUPT for whatever the format does not allow. */
export function parseHeader(bytes: Buffer): Header {
  const lines = bytes.toString("latin1").split("\n");
  const last = lines.length - 2;
  const macLine = lines[last] ?? "";
  const mac = macLine.startsWith("--- ") ? fromBase64(macLine.slice(4)) : undefined;
  if (mac?.length !== macBytes) throw damaged("the last line of its header");
  const stanzas: Stanza[] = [];
  for (let at = 1; at < last; ) {
    const [type, ...args] = readArguments(lines[at] ?? "");
    let end = at + 1;
    while (end < last && lines[end]?.length === columns) end += 1;
    if (end === last) throw damaged("a key in its header");
    stanzas.push({ type, args, body: readBody(lines.slice(at + 1, end + 1)) });
    at = end + 1;
  }
  if (stanzas.length === 0) throw damaged("its header names no key");
  return { stanzas, covered: bytes.subarray(0, bytes.length - macLine.length - 1 + "---".length), mac };
}

function readArguments(line: string): [string, ...string[]] {
  const [arrow, type, ...args] = line.split(" ");
  const isValid = (argument: string) => /^[\x21-\x7e]+$/.test(argument);
  if (arrow !== "->" || !type || ![type, ...args].every(isValid)) throw damaged("a line of its header");
  return [type, ...args];
}

/** Full lines, then one that is shorter and may be empty. */
function readBody(lines: string[]): Buffer {
  const isShort = (lines.at(-1) ?? "").length < columns;
  const body = isShort ? fromBase64(lines.join("")) : undefined;
  if (!body) throw damaged("a key in its header");
  return body;
}

/** Checks that whoever wrote the header knew the file key. Throws BACKUP_CORRUPT otherwise. */
export function checkMac({ covered, mac }: Header, fileKey: Buffer) {
  if (!timingSafeEqual(macOf(covered, fileKey), mac)) throw damaged("its header was changed");
}

export function writeHeader(stanzas: Stanza[], fileKey: Buffer): Buffer {
  const text = stanzas.map(({ type, args, body }) => `-> ${[type, ...args].join(" ")}\n${writeBody(body)}\n`);
  const covered = Buffer.from(`${versionLine}${text.join("")}---`, "latin1");
  return Buffer.concat([covered, Buffer.from(` ${toBase64(macOf(covered, fileKey))}\n`)]);
}

/** The last line has to be shorter than the others: it is empty when they are all full. */
function writeBody(body: Buffer): string {
  return toBase64(body).replace(/.{64}/g, "$&\n");
}

function macOf(covered: Buffer, fileKey: Buffer): Buffer {
  return createHmac("sha256", derive(fileKey, Buffer.alloc(0), "header"))
    .update(covered)
    .digest();
}
