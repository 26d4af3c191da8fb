import { type StoredDump, scriptOf } from "@/jobs/archive/dump-script";
import { type Piece, readScript } from "@/jobs/archive/script";
import type { Column } from "@/jobs/browse/columns";
import { type Definitions, gatherDefinitions } from "@/jobs/browse/definitions";
import { lastPart, name, nameParts, splitList } from "@/jobs/browse/sql-text";

export type OpenTable = AsyncDisposable & {
  /** In the order of the rows' values. Generated columns are not in a dump. */
  columns: Column[];
  copy: Extract<Piece, { kind: "copy" }>;
  /** What makes the objects of the backup, as far as it stands before the rows: without indexes and the like where it is a script. */
  known: Definitions;
  /** All of it. To be asked for after the rows: it may have to read on. */
  definitions(): Promise<Definitions>;
};

/**
 * What makes the objects of the backup. Of an archive only the table of contents is read; a script has indexes and the like
 * after all rows, so it is read to its end.
 */
export async function readDefinitions(dump: StoredDump): Promise<Definitions> {
  const gathered = gatherDefinitions();
  for await (const piece of readScript(scriptOf(dump, ["--schema-only", "--no-owner"])))
    if (piece.kind === "statement") gathered.add(piece.text);
  return gathered.end();
}

const copyOf = new RegExp(`^COPY (${name})\\s*([\\s\\S]*) FROM stdin;$`, "i");

/**
 * The rows of one table; null when the backup holds none of it. To be disposed of, which ends what was started for it.
 * `known` spares reading the definitions again.
 */
export async function openTable(dump: StoredDump, table: string, known?: Definitions): Promise<OpenTable | null> {
  // A script tells of its columns before it comes to the rows.
  const definitions = known ?? (dump.format === "sql" ? undefined : await readDefinitions(dump));
  const gathered = gatherDefinitions();
  const pieces = readScript(scriptOf(dump, ["--data-only", `--table=${table}`]));
  for (;;) {
    const { done, value: piece } = await pieces.next();
    if (done) return null;
    if (piece.kind === "statement") gathered.add(piece.text);
    const [, found = "", names = ""] = (piece.kind === "copy" && copyOf.exec(piece.text)) || [];
    if (piece.kind !== "copy" || lastPart(found) !== table) continue;
    const soFar = definitions ?? gathered.end();
    return {
      columns: withTypes(names, soFar.columns(table)),
      copy: piece,
      known: soFar,
      async definitions() {
        if (definitions) return definitions;
        for await (const later of pieces) if (later.kind === "statement") gathered.add(later.text);
        return gathered.end();
      },
      async [Symbol.asyncDispose]() {
        await pieces.return(undefined);
      },
    };
  }
}

function withTypes(list: string, known: Column[] | null): Column[] {
  const names = list === "" ? [] : splitList(list, 0).items.map((column) => nameParts(column)[0] ?? "");
  return names.map((name) => known?.find((column) => column.name === name) ?? { name, type: "", json: "text" });
}
