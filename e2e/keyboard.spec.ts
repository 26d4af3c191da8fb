import type { Locator, Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { acme, jobDialog, openJobId } from "@/e2e/tools/exports";
import { leftovers, nothing } from "@/e2e/tools/leftovers";

/** Presses Tab until the element has the focus. Other tests add projects meanwhile, so lists may be long. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let presses = 0; presses < 500; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test("an export is started, watched and cancelled without a mouse", async ({ page, coffer, hold }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  await tabTo(page, page.getByRole("main").getByRole("link", { name: acme.name, exact: true }).last());
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/projects\/acme$/);
  await tabTo(page, page.getByRole("button", { name: `Export backup of ${acme.name}` }).first());
  await page.keyboard.press("Enter");

  const form = page.getByRole("dialog", { name: `Export backup of ${acme.name}` });
  await expect(form.getByRole("button", { name: "Export backup" })).toBeFocused();
  await tabTo(page, form.getByRole("radio", { name: /^Custom/ }));
  await page.keyboard.press("ArrowRight");
  await expect(form.getByRole("radio", { name: /^SQL/ })).toBeChecked();
  await page.keyboard.press("Enter");

  const dialog = jobDialog(page);
  await expect(dialog.getByRole("progressbar")).toBeVisible();
  const jobId = openJobId(page);
  await hold(jobId);
  await expect(dialog.getByRole("status").first()).toHaveText(/^Export of Acme Shop: \d0 percent$/);
  await tabTo(page, dialog.locator("summary").filter({ hasText: /^Tables/ }));
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("table", { name: "Tables of this export" })).toBeVisible();
  await tabTo(page, dialog.getByRole("button", { name: "Cancel export" }));
  await page.keyboard.press("Enter");

  const question = page.getByRole("alertdialog", { name: "Cancel this export?" });
  await expect(question.getByRole("button", { name: "Keep running" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await expect(dialog.getByRole("button", { name: "Cancel export" })).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, question.getByRole("button", { name: "Cancel export" }));
  await page.keyboard.press("Enter");
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  expect(await leftovers(coffer, jobId)).toEqual(nothing);

  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  expect(new URL(page.url()).searchParams.get("job")).toBeNull();
});

test("a dialog keeps the focus inside and gives it back", async ({ page }) => {
  await page.goto("/projects/lunaria");
  const button = page.getByRole("button", { name: /^Export backup/ }).first();
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: /^Export backup/ });
  await expect(dialog).toBeVisible();
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(() => {
      const { activeElement } = document;
      return activeElement !== document.body && !activeElement?.closest("dialog");
    });
    expect(outside, `after ${presses + 1} presses`).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
});
