import type { ReactNode } from "react";
import { cx } from "@/app/ui/class-names";

const itemClass =
  "flex h-8 w-full shrink-0 cursor-default select-none items-center gap-2 rounded-sm px-2 text-left text-base outline-hidden focus:bg-hover";

export type MenuChoiceProps = {
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
};

export function MenuChoice({ label, value, options, onChange }: MenuChoiceProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms, this is a group in a menu
    <div role="group" aria-label={label} className="mb-1 border-line border-b pb-1">
      <p aria-hidden className="px-2 pt-1.5 pb-1 text-muted text-xs">
        {label}
      </p>
      {options.map((option) => (
        <MenuItem
          key={option.value}
          isChecked={option.value === value}
          icon={<span className={cx("size-2 rounded-full", option.value === value && "bg-accent")} />}
          onSelect={() => onChange(option.value)}
        >
          {option.label}
        </MenuItem>
      ))}
    </div>
  );
}

type ItemProps = {
  /** For one of a few. */
  isChecked?: boolean;
  icon?: ReactNode;
  onSelect: () => void;
  children: string;
};

export function MenuItem({ isChecked, icon, onSelect, children }: ItemProps) {
  return (
    <button
      type="button"
      {...(isChecked === undefined ? { role: "menuitem" } : { role: "menuitemradio", "aria-checked": isChecked })}
      tabIndex={-1}
      onClick={onSelect}
      onPointerMove={(event) => event.currentTarget.focus({ preventScroll: true })}
      className={itemClass}
    >
      <span aria-hidden className="flex size-4 items-center justify-center text-muted">
        {icon}
      </span>
      {children}
    </button>
  );
}
