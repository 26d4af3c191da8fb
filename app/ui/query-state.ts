"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useState } from "react";

type Query = Pick<URLSearchParams, "get" | "toString">;

/**
 * Filters kept in the address: they survive a reload and can be passed on. An empty one is left out. A change counts at
 * once: Next hears of it a moment later, and not at all in the moment before its router has come alive.
 */
export function useQueryState(): [Query, (changes: Record<string, string>) => void] {
  const known = useSearchParams();
  const [own, setOwn] = useState<{ since: Query; query: Query }>();
  const change = useCallback(
    (changes: Record<string, string>) => {
      const url = new URL(window.location.href);
      for (const [name, value] of Object.entries(changes)) {
        if (value) url.searchParams.set(name, value);
        else url.searchParams.delete(name);
      }
      setOwn({ since: known, query: url.searchParams });
      window.history.replaceState(null, "", url);
    },
    [known],
  );
  // Next gives another object for each address it hears of.
  return [own?.since === known ? own.query : known, change];
}
