import { AppError } from "@/db/errors";

/** Why a file of rows is not taken, in a sentence. */
export const invalid = (sentence: string): AppError => new AppError("IMPORT_INVALID", sentence);

/** Where in a file: `file` is the name within a zip file. */
export type Place = { file: string | null; line: number };

/** The same because of a place in it. */
export const invalidAt = ({ file, line }: Place, sentence: string): AppError =>
  invalid(`${file === null ? "Line" : `${shown(file)}, line`} ${line}: ${sentence}`);

const mostCharacters = 80;

/** A name out of a file, for people: short, and without what a terminal or a page would act on. */
export function shown(name: string): string {
  const text = name.slice(0, mostCharacters + 1).replace(/\p{C}/gu, "?");
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
}
