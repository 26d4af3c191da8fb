import { expect, test } from "@/e2e/fixtures";
import { shoot } from "@/e2e/tools/shoot";

test("an export of rows", async ({ page }) => {
  test.setTimeout(300_000);
  await page.goto("/projects/acme/data");
  await expect(page.getByRole("table", { name: "Tables" })).toBeVisible();
  await shoot(page, "data-tab", { whole: true });
  await page.getByRole("checkbox", { name: "All tables" }).uncheck();
  await page.getByRole("checkbox", { name: "customers", exact: true }).check();
  await page.getByRole("radio", { name: /^CSV/ }).check();
  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByLabel("Column of filter 1").selectOption("locale");
  await page.getByLabel("Comparison of filter 1").selectOption("in");
  await page.getByLabel("Value of filter 1").fill("de, fr");
  await page.getByText("The same with curl").click();
  await shoot(page, "data-export-filter", { whole: true });
});
