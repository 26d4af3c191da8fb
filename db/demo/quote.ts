/** A name as PostgreSQL takes it literally. Not postgres.js' `sql(name)`: that one splits a name at its dots. */
export const quoteIdent = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** A text as a literal; the tenants are made with `standard_conforming_strings` on, so a backslash is a backslash. */
export const quoteText = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** A pool of texts as an array that the planner folds into one constant. */
export const quoteTexts = (texts: readonly string[]) => `array[${texts.map(quoteText).join(", ")}]`;

/** The lines of a block of text. */
export const lines = (block: string) => split(block, "\n");

/** The entries of a block of text that are parted by semicolons; one may run over the end of a line. */
export const entries = (block: string) => split(block.replace(/\s+/g, " "), ";");

function split(block: string, separator: string) {
  return block
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
