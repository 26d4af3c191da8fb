import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import {
  addShop,
  chooseFile,
  csvFile,
  dropFile,
  dryRun,
  importOf,
  rowsOf,
  step,
  uploadFile,
} from "@/e2e/tools/data-import";
import { jobAtEnd } from "@/e2e/tools/exports";

test("what is wrong with a file is said line by line, and another file mends it", async ({ page, api, coffer }) => {
  const { slug, schema } = await addShop(coffer, api);
  const header = "id,customer_id,total";
  await uploadFile(
    page,
    slug,
    csvFile("orders.csv", [header, "20,1,5.00", "20,1,6.00", "21,1,twelve", "22,77,1.00", "23,2,-4.00"]),
  );
  await expect(page.getByText("3 of 3 fields go to orders")).toBeVisible();
  await dryRun(page);
  await expect(page.getByText("4 problems stand in the way")).toBeVisible();
  await expect(page.getByRole("button", { name: "Continue" })).toHaveCount(0);
  const groups = page.getByRole("list", { name: "Problems by kind" });
  for (const words of ["Not of the column's type", "Twice in the file", "Refers to a row that is not there"])
    await expect(groups.getByText(words)).toBeVisible();
  const problems = await rowsOf(page, "Problems");
  expect(problems.find((text) => text.startsWith("4 3 orders.total twelve"))).toBeDefined();
  expect(problems.find((text) => text.startsWith("3 2 orders.id 20"))).toBeDefined();
  await expectAccessible(page, "a dry run with problems");
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "All problems as CSV" }).click();
  const file = await downloading;
  const lines = (await (await import("node:fs/promises")).readFile(await file.path(), "utf8")).trim().split(/\r?\n/);
  expect(lines).toHaveLength(5);

  await page.getByRole("button", { name: "Choose another file" }).click();
  await expect(step(page, "Choose a file")).toBeFocused();
  await chooseFile(page, csvFile("orders-2.csv", [header, "20,1,5.00", "21,1,12", "22,2,1.00"]));
  await dryRun(page);
  await expect(page.getByText("Nothing stands in the way")).toBeVisible();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await page.getByRole("button", { name: "Import 3 rows" }).click();
  expect(await jobAtEnd(api, await importOf(page))).toMatchObject({ status: "completed" });
  const [row] = await coffer.tenants.unsafe(`select count(*)::int as n from ${schema}.orders`);
  expect(row?.n).toBe(5);
});

test("rows that have changed since the dry run stop the import, and another dry run goes on", async ({
  page,
  api,
  coffer,
}) => {
  const { slug, schema } = await addShop(coffer, api);
  await uploadFile(page, slug, csvFile("orders.csv", ["id,customer_id,total", "11,2,1.00", "30,1,2.00"]));
  await page.getByLabel("A row whose key is there already").selectOption("skip");
  await dryRun(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await coffer.tenants.unsafe(`insert into ${schema}.orders values (30, 2, 7.00)`);
  await page.getByRole("button", { name: "Import 1 row" }).click();
  expect(await jobAtEnd(api, await importOf(page))).toMatchObject({ status: "failed", errorCode: "plan_changed" });
  const dialog = page.getByRole("dialog", { name: /^Import of rows/ });
  await expect(dialog.getByText("Import of rows failed")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("Nothing was imported")).toBeVisible();
  await expect(page.getByText(/have changed since the dry run/)).toBeVisible();
  await expectAccessible(page, "an import that was stopped");
  await page.getByRole("button", { name: "Run the dry run again" }).click();
  await expect(page.getByText("The import would change nothing, so there is none to start.")).toBeVisible();
});

test("a key that is there already ends an import that may not change it", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api);
  await uploadFile(page, slug, csvFile("orders.csv", ["id,customer_id,total", "11,2,1.00", "30,1,2.00"]));
  await dryRun(page);
  await expect(page.getByText("1 problem stands in the way")).toBeVisible();
  await expect(page.getByText("Key is there already", { exact: true })).toBeVisible();
  // The way back keeps what was chosen, and what is chosen otherwise makes it fit.
  await page.getByRole("button", { name: "Back to the columns" }).click();
  await page.getByLabel("A row whose key is there already").selectOption("skip");
  await dryRun(page);
  await expect(page.getByText("1 row to add, 1 to leave out.")).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("A row whose key is there already")).toHaveValue("skip");
});

test("what cannot be mapped says so, and a file that is none can be exchanged", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api);
  await page.goto(`/projects/${slug}/data/import`);
  await dropFile(page, csvFile("customers.csv", ["id,email,first", "5,e@example.org,E"]));
  await page.getByLabel("Column for first").selectOption("email");
  await expect(page.getByText("Two fields go to the column email of customers.")).toBeVisible();
  await expect(page.getByLabel("Column for first")).toHaveAccessibleDescription("Another field goes there, too.");
  await expect(page.getByRole("button", { name: "Start dry run" })).toBeDisabled();
  await expectAccessible(page, "columns that do not fit");
  await page.getByLabel("Column for first").selectOption("");
  await page.getByLabel("Column for email").selectOption("");
  await expect(page.getByText("A new row needs a value for email, and no field goes there.")).toBeVisible();
  await page.getByLabel("Delimiter").selectOption(";");
  await expect(page.getByText("0 of 1 fields go to customers")).toBeVisible();
  await page.getByRole("button", { name: "Choose another file" }).click();
  await page.getByLabel("Choose a file").setInputFiles({
    name: "report.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from("%PDF-1.7"),
  });
  await expect(page.getByText("This is a PDF document. CSV, JSON and NDJSON are taken.")).toBeVisible();
  await page.getByRole("button", { name: "Choose another file" }).click();
  await expect(step(page, "Choose a file")).toBeVisible();
});
