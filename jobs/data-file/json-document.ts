import { nameOf } from "@/jobs/data-file/json-keys";
import { type JsonRows, type RowListener, rowsOfList } from "@/jobs/data-file/json-rows";
import { closeObject, comma, openList, openObject, quote, scanString, scanValue } from "@/jobs/data-file/json-scan";
import { cut, emptyFile, nextByte, refusedAt, type Window, wholeValue, windowOf } from "@/jobs/data-file/json-window";
import { mostNameBytes, mostTables } from "@/jobs/data-file/limits";
import { shown } from "@/jobs/data-file/refusal";

/**
 * The rows of a JSON document, some at a time: of a list, or of an object with a list per table, which may be within `data`.
 * `metadata`, and what else is beside the tables and no list, is read over.
 */
export async function* rowsOfDocument(text: AsyncGenerator<Buffer>, onRow?: RowListener): AsyncGenerator<JsonRows> {
  const window = windowOf(text);
  const first = await nextByte(window);
  if (first === undefined) throw emptyFile();
  window.at++;
  if (first === openList) yield* rowsOfList(window, null, onRow);
  else if (first === openObject) yield* rowsOfTables({ window, tables: new Set(), isData: false, onRow });
  else throw refusedAt(window, window.at, "a JSON file of rows begins with a bracket or a brace.");
  if ((await nextByte(window)) !== undefined)
    throw refusedAt(window, window.at, "there is something after the JSON's end.");
}

type Document = { window: Window; tables: Set<string>; isData: boolean; onRow: RowListener | undefined };

/** The members of an object whose opening brace has been read, up to behind its closing one. */
async function* rowsOfTables(document: Document): AsyncGenerator<JsonRows> {
  const { window } = document;
  const names = new Set<string>();
  if ((await nextByte(window)) !== closeObject) {
    do {
      const name = await memberName(window);
      if (names.has(name)) throw refusedAt(window, window.at, `${inQuotes(name)} is there twice.`);
      if (names.size === mostTables) throw refusedAt(window, window.at, `there are more than ${mostTables} tables.`);
      names.add(name);
      yield* rowsOfMember(document, name);
    } while (await goesOn(window));
  }
  window.at++;
  const hasNone = document.tables.size === 0 && !document.isData && !names.has("data");
  if (hasNone) throw refusedAt(window, window.at, "the JSON has no list of rows.");
}

async function* rowsOfMember(document: Document, name: string): AsyncGenerator<JsonRows> {
  const { window, tables, isData, onRow } = document;
  const byte = await nextByte(window);
  if (byte === openList && name !== "metadata") {
    if (tables.has(name)) throw refusedAt(window, window.at, `${inQuotes(name)} is there twice.`);
    tables.add(name);
    window.at++;
    yield* rowsOfList(window, name, onRow);
  } else if (byte === openObject && name === "data" && !isData) {
    window.at++;
    yield* rowsOfTables({ ...document, isData: true });
  } else if (byte === openObject && name !== "metadata") {
    throw refusedAt(window, window.at, `${inQuotes(name)} has to be a list of rows, in brackets.`);
  } else await wholeValue(window, scanValue);
}

/** A name and its colon. */
async function memberName(window: Window): Promise<string> {
  if ((await nextByte(window)) !== quote) throw notAsExpected(window, "a name in double quotes");
  const raw = await wholeValue(window, scanString);
  if (raw.length > mostNameBytes) throw refusedAt(window, window.at, `a name has more than ${mostNameBytes} bytes.`);
  const name = nameOf(raw.subarray(1, -1));
  if ((await nextByte(window)) !== 0x3a) throw notAsExpected(window, "a colon after a name");
  window.at++;
  return name;
}

async function goesOn(window: Window): Promise<boolean> {
  const byte = await nextByte(window);
  if (byte === closeObject) return false;
  if (byte !== comma) throw notAsExpected(window, "a comma");
  window.at++;
  return true;
}

const notAsExpected = (window: Window, what: string) =>
  window.at >= window.scan.bytes.length ? cut(window) : refusedAt(window, window.at, `${what} is missing.`);

const inQuotes = (name: string) => JSON.stringify(shown(name));
