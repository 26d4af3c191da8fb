import { type ReactNode, useId } from "react";

type Props = { name: string; label: string; about: ReactNode; disabled?: boolean; defaultChecked?: boolean };

/** Off or on, with what it does. A form reads it as `on`. What explains it may hold a link. */
export function SwitchField({ name, label, about, disabled, defaultChecked }: Props) {
  const id = useId();
  return (
    <div className="flex items-start gap-2.5 rounded border border-line-strong px-2.5 py-2 has-checked:border-accent has-checked:bg-accent-soft">
      <input
        id={id}
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox tells by itself whether it is on
        role="switch"
        name={name}
        disabled={disabled}
        defaultChecked={defaultChecked}
        aria-describedby={`${id}-about`}
        className="relative mt-0.5 h-4 w-7 shrink-0 cursor-pointer appearance-none rounded-full bg-muted before:absolute before:top-0.5 before:left-0.5 before:size-3 before:rounded-full before:bg-raised checked:bg-accent checked:before:translate-x-3 disabled:cursor-default disabled:opacity-60"
      />
      <div>
        <label htmlFor={id} className="block cursor-pointer font-medium">
          {label}
        </label>
        <p id={`${id}-about`} className="text-muted text-xs">
          {about}
        </p>
      </div>
    </div>
  );
}
