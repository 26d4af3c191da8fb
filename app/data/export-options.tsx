import type { Format } from "@/app/data/export-wish";
import { SelectField } from "@/app/ui/field";
import { SwitchField } from "@/app/ui/switch-field";

const only = (isShown: boolean) => (isShown ? "contents" : "hidden");

/** What can be asked of a format. What the others have stays in the form, out of sight, for the way back. */
export function FormatOptions({ format, zipped }: { format: Format; zipped: boolean }) {
  return (
    <div className="grid gap-2 md:grid-cols-2">
      <div className={only(format === "json")}>
        <SwitchField
          name="includeMetadata"
          label="With metadata"
          defaultChecked
          about="Columns, types and counts stand before the rows."
        />
        <SwitchField name="pretty" label="Indented" about="A line for each value: easier to read, and larger." />
      </div>
      <div className={only(format === "csv")}>
        <SelectField label="Delimiter" name="csvDelimiter" defaultValue=",">
          <option value=",">Comma</option>
          <option value=";">Semicolon</option>
          <option value={"\t"}>Tab</option>
          <option value="|">Vertical bar</option>
        </SelectField>
        <SwitchField
          name="guardFormulas"
          label="Safe for spreadsheets"
          about="Texts that a spreadsheet would run as a formula get an apostrophe. Such a file does not come back as it was."
        />
      </div>
      <div className={only(!zipped)}>
        <SwitchField name="compress" label="Pack with gzip" about="A smaller file, which most programs open." />
      </div>
      {zipped && <p className="self-center text-muted text-sm">Several tables come as one zip, a CSV file for each.</p>}
    </div>
  );
}
