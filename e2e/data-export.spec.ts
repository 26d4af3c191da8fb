import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { addShop } from "@/e2e/tools/data-import";
import { addGuest } from "@/e2e/tools/people";
import { unzipped } from "@/jobs/testing/unzipped";

/** Presses the button and gives what the finished job lets one download. */
async function exportRows(page: Page): Promise<{ name: string; bytes: Buffer }> {
  await page.getByRole("button", { name: "Export rows" }).click();
  const dialog = page.getByRole("dialog", { name: /^Export of rows of / });
  const downloading = page.waitForEvent("download");
  await downloadIn(dialog).click({ timeout: 60_000 });
  const download = await downloading;
  await expectAccessible(page, "a finished export of rows");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toHaveCount(0);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const downloadIn = (dialog: Locator): Locator =>
  dialog.getByRole("button", { name: "Download" }).or(dialog.getByRole("link", { name: "Download" }));

const format = (page: Page, name: string) => page.getByRole("radio", { name: new RegExp(`^${name}`) });

test("a project's rows go out as JSON and as a zip of CSV files", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api);
  await page.goto(`/projects/${slug}/data`);
  const tables = page.getByRole("table", { name: "Tables" });
  await expect(tables.getByText("Everybody who has an account")).toBeVisible();
  await expect(page.getByText("2 tables chosen")).toBeVisible();
  await expectAccessible(page, "the data of a project");
  await page.getByRole("switch", { name: "With metadata" }).uncheck();
  const json = await exportRows(page);
  expect(json.name).toMatch(new RegExp(`^${slug}_.*\\.json$`));
  expect(JSON.parse(json.bytes.toString("utf8"))).toEqual({
    customers: [
      {
        id: 1,
        email: "ada@example.org",
        first_name: "Ada",
        last_name: "Lovelace",
        full_name: "Ada Lovelace",
        since: "2024-02-03",
      },
      {
        id: 2,
        email: "alan@example.org",
        first_name: "Alan",
        last_name: "Turing",
        full_name: "Alan Turing",
        since: null,
      },
    ],
    orders: [
      { id: 10, customer_id: 1, total: 12.5 },
      { id: 11, customer_id: 2, total: 99 },
    ],
  });
  // The numbers keep their digits, which JSON.parse does not show.
  expect(json.bytes.toString("utf8")).toContain("12.50");

  await format(page, "CSV").check();
  await expect(page.getByText("Several tables come as one zip, a CSV file for each.")).toBeVisible();
  await page.getByLabel("Delimiter").selectOption(";");
  const csv = await exportRows(page);
  expect(csv.name).toMatch(/\.zip$/);
  expect(await unzipped(csv.bytes)).toMatchObject({
    "customers.csv":
      "id;email;first_name;last_name;full_name;since\n1;ada@example.org;Ada;Lovelace;Ada Lovelace;2024-02-03\n2;alan@example.org;Alan;Turing;Alan Turing;\n",
    "orders.csv": "id;customer_id;total\n10;1;12.50\n11;2;99.00\n",
  });
});

test("one table can be filtered, and the shell is told the same", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api);
  await page.goto(`/projects/${slug}/data`);
  await page.getByRole("checkbox", { name: "All tables" }).uncheck();
  await expect(page.getByText("Choose at least one table.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Export rows" })).toBeDisabled();
  await page.getByRole("checkbox", { name: "orders", exact: true }).check();
  await format(page, "CSV").check();
  for (const [at, column, comparison, value] of [
    [1, "total", "gte", "50"],
    [2, "customer_id", "in", "2, 3"],
  ] as const) {
    await page.getByRole("button", { name: "Add filter" }).click();
    await page.getByLabel(`Column of filter ${at}`).selectOption(column);
    await page.getByLabel(`Comparison of filter ${at}`).selectOption(comparison);
    await page.getByLabel(`Value of filter ${at}`).fill(value);
  }
  await page.getByText("The same with curl").click();
  await expect(page.getByText(/'filters=\{"total":\{"gte":"50"\},"customer_id":\{"in":\["2","3"\]\}\}'/)).toBeVisible();
  await expectAccessible(page, "filters of an export");
  const { name, bytes } = await exportRows(page);
  expect(name).toMatch(new RegExp(`^${slug}_orders_.*\\.csv$`));
  expect(bytes.toString("utf8")).toBe("id,customer_id,total\n11,2,99.00\n");

  await page.getByLabel("Value of filter 1").fill("fifty");
  await page.getByRole("button", { name: "Export rows" }).click();
  await expect(
    page
      .getByRole("dialog", { name: /^Export of rows/ })
      .getByText(/failed/)
      .first(),
  ).toBeVisible();
});

test("who may only look is told what is missing, and by whom it can be given", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api);
  const guest = await addGuest(coffer, { permissions: { [slug]: ["export"] } });
  await enterAs(page, guest);
  await page.goto(`/projects/${slug}/data`);
  await expect(page.getByText("You may look at this project, but not import rows into it.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Export rows" })).toBeEnabled();
  await page.goto(`/projects/${slug}/data/import`);
  await expect(page.getByText("You may look at this project, but not import rows into it.")).toBeVisible();
  await expect(page.getByText("Choose a file")).toHaveCount(0);
});
