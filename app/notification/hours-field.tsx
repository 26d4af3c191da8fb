import { cx } from "@/app/ui/class-names";
import { inputClass } from "@/app/ui/field";

type Props = { label: string; hours: number; onChange: (hours: number) => void };

export const HoursField = ({ label, hours, onChange }: Props) => (
  <span className="flex shrink-0 items-center gap-1.5 text-sm">
    <input
      type="number"
      aria-label={label}
      min={1}
      max={8760}
      required
      value={Number.isNaN(hours) ? "" : hours}
      onChange={({ target }) => onChange(target.valueAsNumber)}
      className={cx(inputClass, "w-20 tabular-nums")}
    />
    hours
  </span>
);
