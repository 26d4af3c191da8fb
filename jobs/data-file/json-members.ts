import { nameOf } from "@/jobs/data-file/json-keys";
import { closeObject, comma, isSpace, scanOf, scanString, scanValue } from "@/jobs/data-file/json-scan";

/** A member of an object, and where its value is. */
export type Member = { name: string; start: number; end: number };

/** The members of an object whose bytes a scan has found to be right. */
export function membersOf(object: Buffer): Member[] {
  const scan = scanOf(object);
  const found: Member[] = [];
  let at = spaceEnd(object, 1);
  while (object[at] !== closeObject) {
    const close = scanString(scan, at);
    const start = spaceEnd(object, spaceEnd(object, close) + 1);
    const end = scanValue(scan, start);
    found.push({ name: nameOf(object.subarray(at + 1, close - 1)), start, end });
    at = spaceEnd(object, end);
    if (object[at] === comma) at = spaceEnd(object, at + 1);
  }
  return found;
}

function spaceEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
}
