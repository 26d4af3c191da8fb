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

const renamed = csvFile("clients.csv", [
  "No;E-Mail;First name;Surname;Customer since",
  "2;alan@example.org;Alan;Mathison Turing;7.6.2025",
  "3;grace@example.org;Grace;Hopper;24.12.2025",
]);

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
  await chooseFile(page, renamed);

  await expect(page.getByLabel("Between values")).toHaveValue(";");
  await page.getByLabel("Table for the rows of this file").selectOption("customers");
  await expect(page.getByLabel("Column for E-Mail")).toHaveValue("email");
  await expect(page.getByLabel("Column for First name")).toHaveValue("first_name");
  await page.getByLabel("Column for No", { exact: true }).selectOption("id");
  await page.getByLabel("Column for Surname").selectOption("last_name");
  await page.getByLabel("Column for Customer since").selectOption("since");
  await expect(page.getByText("5 of 5 fields go to customers")).toBeVisible();
  await expect(page.getByText("Computed by PostgreSQL from other columns")).toContainText("full_name");
  await page.getByLabel("Days like 3/4/2026").selectOption("dmy");
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
  await page.getByLabel("Between values").selectOption(";");
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

test("an upload goes on where it was when the connection is back, and can be cancelled", async ({
  page,
  api,
  coffer,
}) => {
  const { slug } = await addShop(coffer, api);
  const parts = "**/api/v1/uploads/*";
  await page.goto(`/projects/${slug}/data/import`);
  await page.route(parts, async (route) => {
    await page.context().setOffline(true);
    await route.abort("internetdisconnected");
  });
  await page.getByLabel("Choose a file").setInputFiles(renamed);
  await expect(page.getByText("The connection is lost.")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Uploading clients.csv" })).toBeVisible();
  await page.unroute(parts);
  await page.context().setOffline(false);
  await expect(step(page, "Say where its rows go")).toBeFocused();

  await page.goto(`/projects/${slug}/data/import`);
  const held = Promise.withResolvers<void>();
  await page.route(parts, async (route) => {
    await held.promise;
    // Nobody waits for the answer any more.
    await route.continue().catch(() => {});
  });
  await page.getByLabel("Choose a file").setInputFiles(renamed);
  await expectAccessible(page, "an upload");
  await page.getByRole("button", { name: "Cancel upload" }).click();
  await expect(page.getByText("The upload was cancelled. Nothing of it was kept.")).toBeVisible();
  held.resolve();
  await expect(page.getByLabel("Choose a file")).toBeAttached();
});
