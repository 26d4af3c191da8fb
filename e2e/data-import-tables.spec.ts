import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { addShop, dryRun, importOf, rowsOf, uploadFile } from "@/e2e/tools/data-import";
import { jobAtEnd } from "@/e2e/tools/exports";
import { zipped } from "@/jobs/testing/zipped";

/** The part of the page that says where the rows of one table of the file go. */
const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

async function importRows(page: Page, rows: number): Promise<string> {
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await page.getByRole("button", { name: `Import ${rows} rows` }).click();
  return importOf(page);
}

test("a zip of CSV files goes into their tables, whichever of them refers to the other", async ({
  page,
  api,
  coffer,
}) => {
  const { slug, schema } = await addShop(coffer, api);
  const buffer = await zipped({
    "shop/orders.csv": "id,customer_id,total\n20,3,5.00\n21,1,6.50\n",
    "shop/Clients 2026.csv": "id,email,first name,Surname\n3,grace@example.org,Grace,Hopper\n",
  });
  await uploadFile(page, slug, { name: "shop.zip", mimeType: "application/zip", buffer });
  const [orders, clients] = [part(page, "orders"), part(page, "Clients 2026")];
  await expect(orders.getByText("3 of 3 fields go to orders")).toBeVisible();
  await expect(clients.getByText("left out", { exact: true })).toBeVisible();
  await clients.getByLabel("Table for the rows of Clients 2026").selectOption("orders");
  await expect(page.getByText("Two parts of the file go to orders. Import them one after the other.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Start dry run" })).toBeDisabled();
  await clients.getByLabel("Table for the rows of Clients 2026").selectOption("customers");
  await clients.getByLabel("Column for Surname").selectOption("last_name");
  await expect(clients.getByText("4 of 4 fields go to customers")).toBeVisible();
  await expectAccessible(page, "the columns of several tables");
  await dryRun(page);
  await expect(page.getByText("3 rows to add. Nothing has changed yet.")).toBeVisible();
  const counts = await rowsOf(page, "Rows by table");
  expect(counts.toSorted()).toEqual(["All tables 3 3 0 0 0 0", "customers 1 1 0 0 0 0", "orders 2 2 0 0 0 0"]);
  expect(await jobAtEnd(api, await importRows(page, 3))).toMatchObject({ status: "completed" });
  expect(
    await coffer.tenants.unsafe(`select o.id, c.full_name from ${schema}.orders o
      join ${schema}.customers c on c.id = o.customer_id where o.id >= 20 order by o.id`),
  ).toEqual([
    { id: 20, full_name: "Grace Hopper" },
    { id: 21, full_name: "Ada Lovelace" },
  ]);
});

test("a JSON of several tables goes in as it was exported, without what has no table or is not wanted", async ({
  page,
  api,
  coffer,
}) => {
  const { slug, schema } = await addShop(coffer, api);
  const { data } = await api.data.full.mutate({ projectId: slug });
  const file = JSON.parse(String(data));
  expect(Object.keys(file.data)).toEqual(["customers", "orders"]);
  file.data.coupons = [{ code: "TEN" }];
  await coffer.tenants.unsafe(`delete from ${schema}.orders; update ${schema}.customers set first_name = 'A'`);
  await uploadFile(page, slug, {
    name: "shop.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(file)),
  });
  await expect(page.getByLabel("Format")).toHaveValue("json");
  await expect(part(page, "customers").getByText("5 of 6 fields go to customers")).toBeVisible();
  await expect(part(page, "orders").getByText("3 of 3 fields go to orders")).toBeVisible();
  await expect(part(page, "coupons").getByText("left out", { exact: true })).toBeVisible();
  await part(page, "orders").getByLabel("Table for the rows of orders").selectOption("");
  await expect(part(page, "orders").getByText("left out", { exact: true })).toBeVisible();
  await page.getByRole("radio", { name: /^Add and change rows/ }).check();
  await dryRun(page);
  expect(await rowsOf(page, "Rows by table")).toEqual(["customers 2 0 2 0 0 2"]);
  await page.getByRole("button", { name: "Back to the columns" }).click();
  await part(page, "orders").getByLabel("Table for the rows of orders").selectOption("orders");
  await dryRun(page);
  await expect(page.getByText("2 rows to add, 2 to change. Nothing has changed yet.")).toBeVisible();
  expect(await jobAtEnd(api, await importRows(page, 4))).toMatchObject({ status: "completed" });
  const again = await api.data.full.mutate({ projectId: slug });
  expect(JSON.parse(String(again.data)).data).toEqual(JSON.parse(String(data)).data);
});
