import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import { type ReadOptions, readSources } from "@/jobs/data-file/read";
import { type Hints, recognise } from "@/jobs/data-file/recognise";

let folder: string;

/** Has files of rows for the tests of a file. */
export function givenFiles(): void {
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "data-file-"));
  });
  afterAll(() => rm(folder, { recursive: true }));
}

let files = 0;

/** The path of a file of these bytes. */
export async function fileOf(bytes: Buffer | string): Promise<string> {
  const file = path.join(folder, `${files++}`);
  await writeFile(file, bytes);
  return file;
}

const never = new AbortController().signal;
type Wish = Hints & Partial<ReadOptions>;

export async function opened(bytes: Buffer | string, hints?: Wish): Promise<ReadOptions> {
  const file = await fileOf(bytes);
  return { path: file, nature: await recognise(file, hints), maxBytes: 1e9, signal: never, ...hints };
}

/** What is read of a file, by table: the header of CSV in brackets, and the rows as they are. */
export async function read(bytes: Buffer | string, hints?: Wish): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const source of readSources(await opened(bytes, hints))) {
    const name = String(source.table);
    found[name] ??= source.kind === "csv" ? `[${source.header}]` : "";
    if (source.kind === "json") found[name] += source.lines;
    else for await (const records of source.records) found[name] += records;
  }
  return found;
}

/** Why a file is not taken. */
export const refusal = (bytes: Buffer | string, hints?: Wish): Promise<string> =>
  read(bytes, hints).then(
    () => "taken",
    ({ code, message }) => (code === "IMPORT_INVALID" ? message : `${code} ${message}`),
  );
