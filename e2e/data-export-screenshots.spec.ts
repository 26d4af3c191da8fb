import { expect, test } from "@/e2e/fixtures";
import { addShop } from "@/e2e/tools/data-import";
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

test("an export of rows that runs, ends and fails", async ({ page, api, coffer }) => {
  test.setTimeout(300_000);
  const { slug, name, schema } = await addShop(coffer, api, "Harbour Books");
  await page.goto(`/projects/${slug}/data`);
  const dialog = page.getByRole("dialog", { name: `Export of rows of ${name}` });
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}.orders in access exclusive mode`);
    await page.getByRole("button", { name: "Export rows" }).click();
    await expect(dialog.getByText("Counting the rows").first()).toBeVisible();
    await shoot(page, "data-export-running");
  });
  await expect(dialog.getByText("Rows ready")).toBeVisible();
  await shoot(page, "data-export-ready");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("checkbox", { name: "All tables" }).uncheck();
  await page.getByRole("checkbox", { name: "orders", exact: true }).check();
  await page.getByRole("button", { name: "Add filter" }).click();
  await page.getByLabel("Column of filter 1").selectOption("total");
  await page.getByLabel("Comparison of filter 1").selectOption("gte");
  await page.getByLabel("Value of filter 1").fill("fifty");
  await page.getByRole("button", { name: "Export rows" }).click();
  await expect(dialog.getByText("Export of rows failed")).toBeVisible();
  await shoot(page, "data-export-failed");
});
