import { type SourceChoice, withColumn } from "@/app/data-import/choice";
import { doubled, lacking, sourceName } from "@/app/data-import/choice-faults";
import { columnWord, samplesOf } from "@/app/data-import/column-words";
import type { InspectedFile, TargetTable } from "@/app/trpc/types";
import { cx } from "@/app/ui/class-names";
import { inputClass } from "@/app/ui/field";
import { Cell, Head, Row, Table } from "@/app/ui/table";

type Source = InspectedFile["tables"][number];
type Props = { source: Source; target: TargetTable; choice: SourceChoice; onChange: (choice: SourceChoice) => void };

/** Each field with some of its values beside the column that it goes to. */
export function FieldRows({ source, target, choice, onChange }: Props) {
  const twice = doubled(choice);
  const missing = lacking(choice, target);
  return (
    <Table
      label={`Fields of ${sourceName(choice)}`}
      head={
        <>
          <Head className="w-1/2 max-md:w-2/5">Field of the file</Head>
          <Head>Column of {target.name}</Head>
        </>
      }
    >
      {source.fields.map((field, at) => (
        <Row key={field} className="align-top">
          <Cell className="max-w-0 py-2">
            <span title={field} className="block truncate font-medium font-mono text-xs">
              {field}
            </span>
            <Samples values={samplesOf(source.rows, at)} />
          </Cell>
          <Cell className="py-1.5">
            <ColumnSelect
              field={field}
              target={target}
              chosen={choice.columns[field] ?? null}
              twice={twice}
              onChoose={(column) => onChange(withColumn(choice, [field, column], target))}
            />
          </Cell>
        </Row>
      ))}
      {missing.map((name) => (
        <Row key={`missing ${name}`}>
          <Cell className="text-warn">No field</Cell>
          <Cell>
            <span className="font-mono text-xs">{name}</span>{" "}
            <span className="text-warn">needs a value in every new row</span>
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

function Samples({ values }: { values: (string | null)[] }) {
  if (values.length === 0) return <span className="text-muted text-xs">no value in the first rows</span>;
  return (
    <span className="block truncate text-muted text-xs" title={values.map((value) => value ?? "NULL").join("\n")}>
      {values.map((value, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: values may be the same, and never change
        <span key={at}>
          {at > 0 && ", "}
          {value === null ? <i>NULL</i> : value || <i>empty</i>}
        </span>
      ))}
    </span>
  );
}

type SelectProps = {
  field: string;
  target: TargetTable;
  chosen: string | null;
  twice: Set<string>;
  onChoose: (column: string | null) => void;
};

function ColumnSelect({ field, target, chosen, twice, onChoose }: SelectProps) {
  const isTwice = chosen !== null && twice.has(chosen);
  const noteId = `twice-${field}`;
  return (
    <>
      <select
        aria-label={`Column for ${field}`}
        aria-invalid={isTwice || undefined}
        aria-describedby={isTwice ? noteId : undefined}
        value={chosen ?? ""}
        onChange={({ target: { value } }) => onChoose(value || null)}
        className={cx(inputClass, "min-w-32", chosen === null && "text-muted")}
      >
        <option value="">Leave out</option>
        {target.columns.map((column) => (
          <option key={column.name} value={column.name} disabled={column.isGenerated}>
            {columnWord(column)}
          </option>
        ))}
      </select>
      {isTwice && (
        <span id={noteId} className="text-bad text-xs">
          Another field goes there, too.
        </span>
      )}
    </>
  );
}
