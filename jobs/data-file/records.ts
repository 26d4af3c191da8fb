import type { CsvPiece } from "@/jobs/data-file/csv-scan";
import type { CsvSource } from "@/jobs/data-file/csv-source";
import { csvValues } from "@/jobs/data-file/csv-values";

/** A record of CSV: the how many-th of its table, and the line in which it begins; null for an unquoted empty field, "" for a quoted one. */
export type CsvRecord = { row: number; line: number; values: (string | null)[] };

const batchRecords = 1_000;

/**
 * Careful reading of CSV, for files that COPY refuses: every record with its line, also those with too few or too many values.
 * A quote that is never closed ends it with IMPORT_INVALID.
 */
export async function* csvRecords(source: Pick<CsvSource, "pieces" | "delimiter">): AsyncGenerator<CsvRecord[]> {
  let row = 0;
  for await (const pieces of source.pieces)
    for (const piece of pieces) {
      let batch: CsvRecord[] = [];
      for (const { line, values } of recordsOf(piece, source.delimiter)) {
        row++;
        batch.push({ row, line, values });
        if (batch.length < batchRecords) continue;
        yield batch;
        batch = [];
      }
      if (batch.length > 0) yield batch;
    }
}

function* recordsOf(piece: CsvPiece, delimiter: string): Generator<Omit<CsvRecord, "row">> {
  const text = piece.bytes.toString();
  let { line } = piece;
  for (let at = 0; at < text.length; ) {
    const { values, end } = csvValues(text, at, delimiter);
    yield { line, values };
    line += text.slice(at, end).split("\n").length - 1;
    at = end;
  }
}
