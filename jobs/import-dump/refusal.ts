import { failed } from "@/jobs/lifecycle/failure";

const mostCharacters = 160;

/** The first line of a statement, for people: short, and without what a terminal or a page would act on. */
export function firstLine(text: string): string {
  const line = (text.split("\n", 1)[0] ?? "").replace(/\p{C}/gu, "?");
  return line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line;
}

/** Why a dump is not taken. */
export const refused = (message: string, hint = "Nothing was changed."): Error =>
  failed({ code: "restore_refused", message, hint });

/** The same because of one statement. */
export const refusedStatement = (why: string, text: string, hint?: string): Error =>
  refused(`This dump ${why}: ${firstLine(text)}`, hint);
