import { cx } from "@/app/ui/class-names";

type Choice = { value: string; name: string; about: string };

type Props = {
  name: string;
  label: string;
  choices: Choice[];
  /** The first without it. */
  chosen?: string;
  onChoose?: (value: string) => void;
};

/** One of a few, each with a few words. */
export function ChoiceCards({ name, label, choices, chosen = choices[0]?.value, onChoose }: Props) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium text-sm">{label}</legend>
      <div className={cx("grid gap-2", choices.length % 2 === 0 ? "md:grid-cols-2" : "md:grid-cols-3")}>
        {choices.map((choice) => (
          <label
            key={choice.value}
            className="flex cursor-pointer items-start gap-2 rounded border border-line-strong px-2.5 py-2 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              defaultChecked={choice.value === chosen}
              onChange={() => onChoose?.(choice.value)}
              className="mt-0.5 size-3.5 shrink-0"
            />
            <span>
              <span className="block font-medium">{choice.name}</span>
              <span className="block text-muted text-xs">{choice.about}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
