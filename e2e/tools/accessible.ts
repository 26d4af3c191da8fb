import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

/** Axe finds nothing wrong with what the page shows right now: all its rules in light colours, contrast in dark ones too. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.evaluate(axe.source);
  const light = await violations(page);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  const dark = await violations(page, ["color-contrast"]);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  expect([...light, ...dark], what).toEqual([]);
}

/** There are no frames. */
const options = { resultTypes: ["violations"], iframes: false } satisfies axe.RunOptions;

async function violations(page: Page, rules?: string[]): Promise<string[]> {
  const wanted: axe.RunOptions = rules ? { ...options, runOnly: { type: "rule", values: rules } } : options;
  const found = await page.evaluate((wanted) => window.axe.run(document, wanted), wanted);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
  );
}

declare global {
  interface Window {
    axe: typeof axe;
  }
}
