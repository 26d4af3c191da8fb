"use client";

import { useSearchParams } from "next/navigation";
import { useCallback } from "react";

/** Filters kept in the address: they survive a reload and can be passed on. An empty one is left out. */
export function useQueryState(): [URLSearchParams, (changes: Record<string, string>) => void] {
  const query = useSearchParams();
  const change = useCallback((changes: Record<string, string>) => {
    const url = new URL(window.location.href);
    for (const [name, value] of Object.entries(changes)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    window.history.replaceState(null, "", url);
  }, []);
  return [query, change];
}
