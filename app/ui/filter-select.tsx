"use client";

import type { ComponentProps } from "react";
import { useEarlyChange } from "@/app/ui/early-change";

type Option = { value: string; label: string };

type Props = { label: string; value: string; options: readonly Option[]; onChange: (value: string) => void } & Omit<
  ComponentProps<"select">,
  "onChange" | "value"
>;

/** One filter of a list: its own name stands for "no filter". */
export function FilterSelect({ label, value, options, onChange, ...rest }: Props) {
  const ref = useEarlyChange<HTMLSelectElement>(onChange);
  return (
    <select
      {...rest}
      ref={ref}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 max-w-44 rounded border border-line-strong bg-raised px-2 text-base text-text"
    >
      <option value="">{label}: all</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
