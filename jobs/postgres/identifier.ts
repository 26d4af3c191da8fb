/** A name as SQL wants it, whatever characters it has. */
export const quoteIdent = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The name of something in a schema. */
export const qualified = (schema: string, name: string) => `${quoteIdent(schema)}.${quoteIdent(name)}`;

/** A text as SQL wants it, whatever characters it has. */
export const quoteLiteral = (text: string) => `e'${text.replace(/[\\']/g, "\\$&")}'`;

/** Whether a text is the same in every encoding that PostgreSQL stores text in. */
export const isAscii = (text: string): boolean => Buffer.byteLength(text) === text.length;
