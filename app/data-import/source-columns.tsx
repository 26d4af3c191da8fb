import { type Choice, type SourceChoice, targetOf, withTable } from "@/app/data-import/choice";
import { coverage, doubtsOf, sourceName } from "@/app/data-import/choice-faults";
import { FieldRows } from "@/app/data-import/field-rows";
import type { InspectedFile, TargetTable } from "@/app/trpc/types";
import { SelectField } from "@/app/ui/field";
import { Foldable } from "@/app/ui/foldable";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";

type Props = {
  file: InspectedFile;
  at: number;
  choice: SourceChoice;
  rules: Pick<Choice, "mode" | "rule">;
  isOnly: boolean;
  isOpen: boolean;
  onChange: (choice: SourceChoice) => void;
};

const separator = "\u001f";

/** One table of the file: where its rows go, field by field. Of many, each is folded until somebody asks. */
export function SourceColumns(props: Props) {
  const { file, choice, isOnly, isOpen } = props;
  const name = sourceName(choice);
  if (isOpen)
    return (
      <Section title={isOnly ? "Where its rows go" : name} aside={coverage(choice, file)}>
        <Columns {...props} />
      </Section>
    );
  return (
    <Foldable summary={`${name}: ${coverage(choice, file)}`}>
      <Columns {...props} />
    </Foldable>
  );
}

function Columns({ file, at, choice, rules, onChange }: Props) {
  const source = file.tables[at];
  const target = targetOf(file, choice);
  return (
    <div className="flex flex-col gap-3">
      <div className="grid gap-3 md:grid-cols-2">
        <SelectField
          label={`Table for the rows of ${choice.source ?? "this file"}`}
          value={choice.table ?? ""}
          onChange={({ target }) => onChange(withTable(choice, target.value || null, file.targets))}
        >
          <option value="">Leave them out</option>
          {file.targets.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </SelectField>
        {target && <KeyField target={target} choice={choice} onChange={onChange} />}
      </div>
      {target &&
        doubtsOf(choice, rules, target).map((doubt) => (
          <Notice key={doubt} tone="warn">
            {doubt}
          </Notice>
        ))}
      {target && source && <FieldRows source={source} target={target} choice={choice} onChange={onChange} />}
      {target && source && <Computed target={target} />}
    </div>
  );
}

type KeyProps = { target: TargetTable; choice: SourceChoice; onChange: (choice: SourceChoice) => void };

function KeyField({ target, choice, onChange }: KeyProps) {
  const joined = (columns: string[]) => columns.join(separator);
  if (target.keys.length === 0)
    return (
      <SelectField label="Rows are the same if they agree in" disabled value="">
        <option value="">nothing: the table has no key</option>
      </SelectField>
    );
  return (
    <SelectField
      label="Rows are the same if they agree in"
      value={joined(choice.key)}
      onChange={({ target: { value } }) => onChange({ ...choice, key: value.split(separator) })}
    >
      {target.keys.map(({ name, columns, isPrimary }) => (
        <option key={name} value={joined(columns)}>
          {columns.join(", ")}
          {isPrimary ? " (primary key)" : " (unique)"}
        </option>
      ))}
    </SelectField>
  );
}

/** Why some columns cannot be chosen. */
function Computed({ target }: { target: TargetTable }) {
  const names = target.columns.filter(({ isGenerated }) => isGenerated).map(({ name }) => name);
  if (names.length === 0) return null;
  return (
    <p className="text-muted text-sm">
      Computed by PostgreSQL from other columns, so that no file can give them a value:{" "}
      <span className="font-mono text-xs">{names.join(", ")}</span>.
    </p>
  );
}
