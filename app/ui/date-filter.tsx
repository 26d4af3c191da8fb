"use client";

import { useEffect, useRef, useState } from "react";
import { useEarlyChange } from "@/app/ui/early-change";

type Props = { label: string; value: string; onChange: (value: string) => void };

/** A day as a filter of a list, `2026-01-29`. */
export function DateFilter({ label, value, onChange }: Props) {
  const [text, setText] = useState(value);
  const told = useRef(value);

  // Somebody else has changed it: "Clear filters", or the way back in the browser.
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);

  function change(next: string) {
    setText(next);
    // Whoever types 2026 passes the year 2 on the way.
    if (next && next < "2000") return;
    told.current = next;
    onChange(next);
  }
  const ref = useEarlyChange<HTMLInputElement>(change);

  return (
    <label className="flex items-center gap-1.5 text-muted">
      {label}
      <input
        ref={ref}
        type="date"
        value={text}
        min="2000-01-01"
        max="2999-12-31"
        onChange={(event) => change(event.target.value)}
        className="h-8 rounded border border-line-strong bg-raised px-2 text-base text-text"
      />
    </label>
  );
}
