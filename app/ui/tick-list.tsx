import { type ReactNode, useId } from "react";
import { cx } from "@/app/ui/class-names";

type Tick = { value: string; name: string; about?: string; disabled?: boolean };

type Props = {
  name: string;
  label: string;
  ticks: readonly Tick[];
  ticked: readonly string[];
  hint?: ReactNode;
  error?: string | null;
};

/** Any of a few, each with a sentence where a name does not tell. A form reads them with `getAll`; those that are disabled it does not see. */
export function TickList({ name, label, ticks, ticked, hint, error }: Props) {
  const id = useId();
  const note = error || hint;
  return (
    <fieldset aria-describedby={note ? id : undefined} className="flex flex-col gap-1">
      <legend className="mb-1 font-medium text-sm">{label}</legend>
      <div className="max-h-80 overflow-y-auto rounded border border-line-strong">
        {ticks.map((tick) => (
          <label
            key={tick.value}
            className="flex cursor-pointer items-start gap-2.5 border-line border-b px-2.5 py-1.5 last:border-b-0 hover:bg-hover has-disabled:cursor-default has-disabled:text-muted"
          >
            <input
              type="checkbox"
              name={name}
              value={tick.value}
              defaultChecked={ticked.includes(tick.value)}
              disabled={tick.disabled}
              className="mt-0.5 size-4 shrink-0"
            />
            <span>
              <span className="block font-medium">{tick.name}</span>
              {tick.about && <span className="block text-muted text-xs">{tick.about}</span>}
            </span>
          </label>
        ))}
      </div>
      {note && (
        <p id={id} role={error ? "alert" : undefined} className={cx("text-xs", error ? "text-bad" : "text-muted")}>
          {note}
        </p>
      )}
    </fieldset>
  );
}
