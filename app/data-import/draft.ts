"use client";

import { useCallback, useState } from "react";
import type { Choice } from "@/app/data-import/choice";
import type { FileHints } from "@/app/trpc/types";

/** What this tab remembers of an import that has not begun, so that a way back, a reload or another file loses nothing. */
export type Draft = { fileId: string; hints: FileHints; choice: Choice | null };

const keyOf = (slug: string) => `coffer.import.${slug}`;

function read(slug: string): Draft | null {
  const text = sessionStorage.getItem(keyOf(slug));
  return text && JSON.parse(text);
}

/** What was chosen for a file. Another file of the same fields begins with the choice of the one before; how it is read is its own. */
export function useDraft(slug: string, fileId: string): [Draft, (changes: Partial<Draft>) => void] {
  const [draft, setDraft] = useState<Draft>(() => {
    const before = read(slug);
    return before?.fileId === fileId ? before : { fileId, hints: {}, choice: before?.choice ?? null };
  });
  const change = useCallback(
    (changes: Partial<Draft>) =>
      setDraft((before) => {
        const draft = { ...before, ...changes };
        sessionStorage.setItem(keyOf(slug), JSON.stringify(draft));
        return draft;
      }),
    [slug],
  );
  return [draft, change];
}
