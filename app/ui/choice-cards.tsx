import { cx } from "@/app/ui/class-names";

type Choice = { value: string; name: string; about: string };

/** One of a few, each with a few words. The first is the default. */
export function ChoiceCards({ name, label, choices }: { name: string; label: string; choices: Choice[] }) {
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium text-sm">{label}</legend>
      <div className={cx("grid gap-2", choices.length % 2 === 0 ? "md:grid-cols-2" : "md:grid-cols-3")}>
        {choices.map((choice, index) => (
          <label
            key={choice.value}
            className="flex cursor-pointer items-start gap-2 rounded border border-line-strong px-2.5 py-2 hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              defaultChecked={index === 0}
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
