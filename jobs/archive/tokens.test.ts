import { expect, it } from "vitest";
import { tokensOf } from "@/jobs/archive/tokens";

it("tells words, names, strings and symbols apart, and leaves comments out", () => {
  const statement = `CREATE -- "one" 'two'
    /* /* DROP */ still */ "a""b".ü_1 (1.5, 'it''s;', E'\\'', $x$ ; $x$, $1) \\;`;
  const tokens = [...tokensOf(statement)].map((token) =>
    token.kind === "string" ? "'" : `${token.kind[0]} ${token.text}`,
  );
  expect(tokens.join(" ")).toBe(`w CREATE n a"b s . w ü_1 s ( w 1 s . w 5 s , ' s , ' s , ' s , s $ w 1 s ) s \\ s ;`);
});
