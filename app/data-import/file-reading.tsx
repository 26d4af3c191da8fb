import type { DateOrder } from "@/app/data-import/choice";
import { dateOrders, delimiters, encodings, formats, packings } from "@/app/data-import/reading-words";
import type { FileHints, InspectedFile } from "@/app/trpc/types";
import { SelectField } from "@/app/ui/field";
import { formatBytes } from "@/app/ui/format";

type Props = {
  file: InspectedFile;
  isBusy: boolean;
  dateOrder: DateOrder;
  onHints: (hints: FileHints) => void;
  onDateOrder: (order: DateOrder) => void;
};

/** What the file was found to be. Where that is a mistake it can be read in another way. */
export function FileReading({ file, isBusy, dateOrder, onHints, onDateOrder }: Props) {
  const isCsv = file.format === "csv";
  return (
    <section aria-label="The file" aria-busy={isBusy} className="flex flex-col gap-3">
      <p className="break-all">
        <span className="font-medium">{file.filename}</span>{" "}
        <span className="text-muted tabular-nums">
          {formatBytes(file.sizeBytes)}
          {packings[file.packing]}
        </span>
      </p>
      <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
        <Choices
          label="Format"
          value={file.format}
          choices={formats}
          onChoose={(format) => onHints({ format, delimiter: undefined })}
        />
        {isCsv && (
          <Choices
            label="Delimiter"
            value={file.delimiter ?? ","}
            choices={delimiters}
            onChoose={(delimiter) => onHints({ delimiter })}
          />
        )}
        <Choices
          label="Encoding"
          value={file.encoding}
          choices={encodings}
          onChoose={(encoding) => onHints({ encoding })}
        />
        {isCsv && <Choices label="Dates like 3/4/2026" value={dateOrder} choices={dateOrders} onChoose={onDateOrder} />}
      </div>
    </section>
  );
}

type ChoicesProps<T extends string> = {
  label: string;
  value: T;
  choices: readonly { value: T; name: string }[];
  onChoose: (value: T) => void;
};

/** One of a few; what the file has is among them, whatever it is. */
function Choices<T extends string>({ label, value, choices, onChoose }: ChoicesProps<T>) {
  const all = choices.some((choice) => choice.value === value) ? choices : [...choices, { value, name: value }];
  return (
    <SelectField
      label={label}
      value={value}
      onChange={({ target }) => {
        const chosen = all.find((choice) => choice.value === target.value);
        if (chosen) onChoose(chosen.value);
      }}
    >
      {all.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.name}
        </option>
      ))}
    </SelectField>
  );
}
