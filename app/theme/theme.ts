"use client";

import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

export const themes = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "system", label: "System" },
] as const satisfies readonly { value: Theme; label: string }[];

const storageKey = "theme";
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function readTheme(): Theme {
  const shown = document.documentElement.dataset.theme;
  return shown === "light" || shown === "dark" ? shown : "system";
}

/** Shows the theme and keeps it for the next visit; anything but light and dark is the system's own. */
export function setTheme(theme: string): void {
  const root = document.documentElement;
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
    localStorage.setItem(storageKey, theme);
  } else {
    delete root.dataset.theme;
    localStorage.removeItem(storageKey);
  }
  for (const tell of listeners) tell();
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, readTheme, () => "system");
