import path from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";

export const folder = path.resolve(import.meta.dirname, "../screenshots");
export const screens = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } };

/**
 * Takes what is shown, once all of it is there, in both colour schemes, wide and narrow. `whole` takes the page to its end,
 * `open` opens what a change of size closes.
 */
export async function shoot(page: Page, name: string, { whole = false, open = async () => {} } = {}): Promise<void> {
  for (const [size, viewport] of Object.entries(screens)) {
    await page.setViewportSize(viewport);
    await open();
    await expect(page.getByRole("status", { name: /^Loading/ })).toHaveCount(0);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      // Of a page that has moved, what sticks to its edge would be in the middle.
      if (whole) await page.evaluate(() => window.scrollTo(0, 0));
      await page.screenshot({ path: path.join(folder, `${name}-${size}-${colorScheme}.png`), fullPage: whole });
    }
  }
  await page.setViewportSize(screens.wide);
}

/** Opens a menu, also when it is open already. */
export async function openMenu(page: Page, button: Locator): Promise<void> {
  const items = page.getByRole("menuitem");
  if ((await items.count()) > 0) await page.keyboard.press("Escape");
  await expect(items).toHaveCount(0);
  await button.click();
  await expect(items.first()).toBeVisible();
}
