import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import {
  addShop,
  chooseFile,
  clientsFile,
  csvFile,
  dryRun,
  importOf,
  rowsOf,
  step,
  uploadFile,
} from "@/e2e/tools/data-import";
import { jobAtEnd } from "@/e2e/tools/exports";

const customersOf = (schema: string) => `select id, email, full_name, since::text from ${schema}.customers order by id`;

test("rows of a file with other names go into a table, and the undo brings back what was there", async ({
  page,
  api,
  coffer,
}) => {
  const { slug, schema, name } = await addShop(coffer, api);
  const before = await coffer.tenants.unsafe(customersOf(schema));
  await page.goto(`/projects/${slug}/data`);
  await page.getByRole("link", { name: "Import rows" }).click();
  await expect(step(page, "Choose a file")).toBeVisible();
  await expectAccessible(page, "the file step");
  await chooseFile(page, clientsFile);

  await expect(page.getByLabel("Delimiter")).toHaveValue(";");
  await page.getByLabel("Table for the rows of this file").selectOption("customers");
  await expect(page.getByLabel("Column for E-Mail")).toHaveValue("email");
  await expect(page.getByLabel("Column for First name")).toHaveValue("first_name");
  await page.getByLabel("Column for No", { exact: true }).selectOption("id");
  await page.getByLabel("Column for Surname").selectOption("last_name");
  await page.getByLabel("Column for Customer since").selectOption("since");
  await expect(page.getByText("5 of 5 fields go to customers")).toBeVisible();
  await expect(page.getByText("Computed by PostgreSQL from other columns")).toContainText("full_name");
  await page.getByLabel("Dates like 3/4/2026").selectOption("dmy");
  await page.getByRole("radio", { name: /^Add and change rows/ }).check();
  await expect(page.getByLabel("A row whose key is there already")).toHaveValue("overwrite");
  await expectAccessible(page, "the columns step");

  // A reload loses nothing of it.
  await page.reload();
  await expect(page.getByLabel("Column for Surname")).toHaveValue("last_name");
  await expect(page.getByRole("radio", { name: /^Add and change rows/ })).toBeChecked();
  await dryRun(page);
  await expect(page.getByText("1 row to add, 1 to change. Nothing has changed yet.")).toBeVisible();
  expect(await rowsOf(page, "Rows by table")).toEqual(["customers 2 1 1 0 0 1"]);
  await expectAccessible(page, "a clean dry run");
  expect(await coffer.tenants.unsafe(customersOf(schema))).toEqual(before);
  await page.reload();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(step(page, "Import the rows")).toBeFocused();
  await expect(page.getByRole("switch", { name: "Safety backup first" })).toBeChecked();
  await expect(page.getByRole("switch", { name: "Keep triggers from firing" })).not.toBeChecked();
  await expectAccessible(page, "the import step");
  await page.getByRole("button", { name: "Import 2 rows" }).click();

  const dialog = page.getByRole("dialog", { name: `Import of rows of ${name}` });
  await expect(dialog).toBeVisible();
  expect(await jobAtEnd(api, await importOf(page))).toMatchObject({ status: "completed" });
  await expect(dialog.getByText("1 row added, 1 changed")).toBeVisible();
  await expectAccessible(page, "the dialog of a finished import");
  expect(await coffer.tenants.unsafe(customersOf(schema))).toEqual([
    { id: 1, email: "ada@example.org", full_name: "Ada Lovelace", since: "2024-02-03" },
    { id: 2, email: "alan@example.org", full_name: "Alan Mathison Turing", since: "2025-06-07" },
    { id: 3, email: "grace@example.org", full_name: "Grace Hopper", since: "2025-12-24" },
  ]);
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await page.reload();
  await expect(step(page, "What came of it")).toBeVisible();
  await expect(page.getByText("1 row added, 1 changed")).toBeVisible();
  await expectAccessible(page, "the result");

  await page.getByRole("button", { name: "Undo" }).click();
  const restore = page.getByRole("dialog", { name: "Restore this backup" });
  await restore.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await restore.getByLabel(/^Type /).fill(slug);
  await restore.getByRole("button", { name: "Restore backup" }).click();
  const restored = page.getByRole("dialog", { name: `Restore of ${name}` });
  await expect(restored.getByText("Restored", { exact: true })).toBeVisible({ timeout: 60_000 });
  expect(await coffer.tenants.unsafe(customersOf(schema))).toEqual(before);
});

test("an import is cancelled while it waits, and nothing is changed", async ({ page, api, coffer }) => {
  const { slug, schema } = await addShop(coffer, api);
  await uploadFile(page, slug, csvFile("orders.csv", ["id,customer_id,total", "30,1,2.00"]));
  await dryRun(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}.orders in share row exclusive mode`);
    await page.getByRole("button", { name: "Import 1 row" }).click();
    const dialog = page.getByRole("dialog", { name: /^Import of rows/ });
    await dialog.getByRole("button", { name: "Cancel import of rows" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel import of rows" }).click();
    expect(await jobAtEnd(api, await importOf(page))).toMatchObject({ status: "cancelled" });
    await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  });
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("The import was cancelled")).toBeVisible();
  const [row] = await coffer.tenants.unsafe(`select count(*)::int as n from ${schema}.orders`);
  expect(row?.n).toBe(2);
  await page.getByRole("button", { name: "Run the dry run again" }).click();
  await expect(page.getByText("1 row to add.")).toBeVisible();
});
