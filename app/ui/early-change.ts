import { type RefObject, useEffect, useRef } from "react";

/**
 * For a field whose value React holds: what somebody chose or typed before the page was alive stays in the field, but
 * React tells nobody. `onChange` is told once, when the field comes alive. Give the ref to the field.
 */
export function useEarlyChange<Field extends HTMLInputElement | HTMLSelectElement>(
  onChange: (value: string) => void,
): RefObject<Field | null> {
  const ref = useRef<Field>(null);
  const first = useRef(onChange);
  useEffect(() => {
    if (ref.current && hasChanged(ref.current)) first.current(ref.current.value);
  }, []);
  return ref;
}

function hasChanged(field: HTMLInputElement | HTMLSelectElement): boolean {
  if (field instanceof HTMLInputElement) return field.value !== field.defaultValue;
  // The option of its value may not be there yet; then nobody has chosen anything.
  return [...field.options].some((option) => option.defaultSelected && !option.selected);
}
