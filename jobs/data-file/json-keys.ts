import { mostFields, mostNameBytes } from "@/jobs/data-file/limits";
import { shown } from "@/jobs/data-file/refusal";

/** Counts in how many rows of a table each field occurs. */
export type FieldCounter = {
  /** Before each row; what the row before it had is kept. */
  beginRow(): void;
  /** Forgets the row that was begun, since it will be read again. */
  dropRow(): void;
  /** Why the row cannot have this field; null when it can. */
  see(bytes: Buffer, start: number, end: number): string | null;
  /** The counts since it was last asked. */
  take(): Map<string, number>;
};

type Field = { name: string; count: number; row: number };
/** The same name can be written in several ways, with escapes. */
type Spelling = { bytes: Buffer; field: Field; place: number };

/**
 * Rows of a table mostly have the same fields in the same order: the bytes of a key are compared with those that came next the
 * last time, and no text is made of them.
 */
export function fieldCounter(): FieldCounter {
  const spellings: Spelling[] = [];
  const byBytes = new Map<string, Spelling>();
  const byName = new Map<string, Field>();
  let row = 0;
  let next = 0;

  function learn(raw: string): Spelling | null {
    const bytes = Buffer.from(raw, "latin1");
    const name = nameOf(bytes);
    const known = byName.get(name);
    if (spellings.length >= 2 * mostFields || (!known && byName.size === mostFields)) return null;
    const field = known ?? { name, count: 0, row: -1 };
    byName.set(name, field);
    const spelling = { bytes, field, place: spellings.length };
    spellings.push(spelling);
    byBytes.set(raw, spelling);
    return spelling;
  }

  function find(raw: string): Spelling | null {
    return byBytes.get(raw) ?? learn(raw);
  }

  return {
    beginRow() {
      row++;
      next = 0;
    },
    dropRow() {
      for (const field of byName.values()) {
        if (field.row !== row) continue;
        field.row = -1;
        field.count--;
      }
    },
    see(bytes, start, end) {
      const length = end - start;
      let spelling: Spelling | null | undefined = spellings[next];
      let same = 0;
      if (spelling && spelling.bytes.length === length)
        while (same < length && spelling.bytes[same] === bytes[start + same]) same++;
      if (same < length || spelling?.bytes.length !== length) {
        if (length > mostNameBytes) return `a name has more than ${mostNameBytes} bytes`;
        spelling = find(bytes.toString("latin1", start, end));
      }
      if (!spelling) return `the rows have more than ${mostFields} different fields`;
      if (spelling.field.row === row) return `the row has ${JSON.stringify(shown(spelling.field.name))} twice`;
      next = spelling.place + 1;
      spelling.field.row = row;
      spelling.field.count++;
      return null;
    },
    take() {
      const counts = new Map<string, number>();
      for (const field of byName.values()) {
        if (field.count > 0) counts.set(field.name, field.count);
        field.count = 0;
      }
      return counts;
    },
  };
}

/** The name that a key's bytes stand for, which the scan has found to be right. */
export function nameOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.includes("\\") ? String(JSON.parse(`"${text}"`)) : text;
}
