import type { Token } from "@/jobs/archive/tokens";
import { refusedStatement } from "@/jobs/import-dump/refusal";

type Routine = { text: string; head: string; allowFunctions: boolean };

/** What brings code along, or has it called. */
export const isRoutine = (head: string): boolean =>
  /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE|AGGREGATE|(CONSTRAINT )?TRIGGER) /.test(head);

const hint =
  "Their code runs once somebody uses the project. Look at it, and allow functions if you trust whoever made the dump.";

/** Fails for code that is not wanted, that would run with its owner's rights, or that is in a language that needs trust. */
export function checkRoutine(tokens: Token[], { text, head, allowFunctions }: Routine): void {
  const words = tokens.map((token) => (token.kind === "word" ? token.text.toUpperCase() : ""));
  if (words.some((word, i) => word === "SECURITY" && words[i + 1] === "DEFINER"))
    throw refusedStatement(
      "holds a function that runs with its owner's rights",
      text,
      "Make it SECURITY INVOKER first.",
    );
  const languages = words.flatMap((word, i) => (word === "LANGUAGE" ? [words[i + 1] ?? ""] : []));
  if (
    /^CREATE (OR REPLACE )?(FUNCTION|PROCEDURE) /.test(head) &&
    (languages.length !== 1 || !/^(SQL|PLPGSQL)$/.test(languages[0] ?? ""))
  )
    throw refusedStatement("holds a function in a language other than sql and plpgsql", text);
  if (!allowFunctions) throw refusedStatement("holds functions or triggers", text, hint);
}
