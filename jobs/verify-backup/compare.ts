import { z } from "zod";

/** The rows of a table; `fingerprint` is null where they were only counted. */
const rows = z.object({ rows: z.number(), fingerprint: z.string().nullable() });

/** `rows equal`: there are as many, and nobody took a fingerprint when the backup was made. */
const verdict = z.enum(["equal", "rows equal", "rows differ", "content differs", "missing", "unexpected"]);

/** A table as it was in the snapshot, and as it came back. */
export const tableProof = z.object({
  name: z.string(),
  verdict,
  expected: rows.nullable(),
  found: rows.nullable(),
});

export type Rows = z.infer<typeof rows>;
export type TableRows = Rows & { name: string };
export type Verdict = z.infer<typeof verdict>;
export type TableProof = z.infer<typeof tableProof>;

/** One line for each table: those that were expected in their order, then those that were not. */
export function compareTables(expected: readonly TableRows[], found: readonly TableRows[]): TableProof[] {
  const left = new Map(found.map((table) => [table.name, table]));
  const lines: TableProof[] = expected.map(({ name, ...was }) => {
    const other = left.get(name);
    left.delete(name);
    if (!other) return { name, verdict: "missing", expected: was, found: null };
    const is = { rows: other.rows, fingerprint: other.fingerprint };
    return { name, verdict: verdictOf(was, is), expected: was, found: is };
  });
  for (const { name, ...is } of left.values()) lines.push({ name, verdict: "unexpected", expected: null, found: is });
  return lines;
}

function verdictOf(expected: Rows, found: Rows): Verdict {
  if (expected.rows !== found.rows) return "rows differ";
  if (expected.fingerprint === null || found.fingerprint === null) return "rows equal";
  const [was, is] = [expected, found].map(({ fingerprint }) => fingerprint?.split(":")[0]);
  if (was !== is) throw new Error(`Fingerprints of methods ${was} and ${is} cannot be compared.`);
  return expected.fingerprint === found.fingerprint ? "equal" : "content differs";
}
