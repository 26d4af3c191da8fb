const quote = '"';

/** A record's values and where it ends in the text. */
type CsvValues = { values: (string | null)[]; end: number };

/**
 * The values of the record that begins at a place in the text, read as COPY reads them: a quote anywhere begins or ends a quoted
 * part, two of them in one stand for a quote. Null for nothing at all, which differs from an empty text in quotes.
 */
export function csvValues(text: string, start: number, delimiter: string): CsvValues {
  const values: (string | null)[] = [];
  let at = start;
  for (;;) {
    const field = csvField(text, at, delimiter);
    values.push(field.value);
    at = field.end;
    if (text[at] !== delimiter) break;
    at++;
  }
  if (text[at] === "\r" && text[at + 1] === "\n") at++;
  return { values, end: at + 1 };
}

/** One field, up to the delimiter or the line's end behind it. */
function csvField(text: string, start: number, delimiter: string): { value: string | null; end: number } {
  let value = "";
  let hasQuotes = false;
  let at = start;
  for (;;) {
    const from = at;
    while (at < text.length && !isEnd(text, at, delimiter) && text[at] !== quote) at++;
    value += text.slice(from, at);
    if (text[at] !== quote) break;
    hasQuotes = true;
    const quoted = quotedPart(text, at);
    value += quoted.value;
    at = quoted.end;
  }
  return { value: hasQuotes || value ? value : null, end: at };
}

/** A carriage return alone ends no line here, so that it stays a part of the value. */
function isEnd(text: string, at: number, delimiter: string): boolean {
  const char = text[at];
  if (char === delimiter || char === "\n") return true;
  return char === "\r" && (text[at + 1] === "\n" || at + 1 === text.length);
}

function quotedPart(text: string, start: number): { value: string; end: number } {
  let value = "";
  let from = start + 1;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) return { value: value + text.slice(from), end: text.length };
    value += text.slice(from, close);
    if (text[close + 1] !== quote) return { value, end: close + 1 };
    value += quote;
    from = close + 2;
  }
}
