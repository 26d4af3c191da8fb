"use client";

import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { cx } from "@/app/ui/class-names";
import { useEarlyChange } from "@/app/ui/early-change";
import { inputClass } from "@/app/ui/field";

const quietFor = 250;

type Props = { label: string; value: string; onChange: (value: string) => void; className?: string };

/** Tells its value once nobody has typed for a moment. */
export function SearchField({ label, value, onChange, className }: Props) {
  const [text, setText] = useState(value);
  const told = useRef(value);

  // Somebody else has changed it: "Clear filters", or the way back in the browser.
  useEffect(() => {
    if (value !== told.current) setText(value);
    told.current = value;
  }, [value]);

  useEffect(() => {
    if (text === told.current) return;
    const timer = setTimeout(() => {
      told.current = text;
      onChange(text);
    }, quietFor);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  const ref = useEarlyChange<HTMLInputElement>(setText);

  return (
    <div className={cx("relative", className)}>
      <Search aria-hidden className="pointer-events-none absolute top-2 left-2.5 size-4 text-muted" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={cx(inputClass, "pl-8")}
      />
    </div>
  );
}
