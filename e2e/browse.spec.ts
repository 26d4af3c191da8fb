import { readFile, truncate } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { addTenant } from "@/e2e/tools/tenant";

const odd = 'Odd & "name" ü';

/** A project with a table of an odd name, an empty one, a view and a function; and a backup of it. */
async function givenBackup(coffer: Coffer, api: Api, options = {}) {
  const tenant = await addTenant(coffer, api, { tables: ["bookings", "rooms"], megabytesEach: 1 });
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`set local role coffer_tenants; set local search_path = ${tenant.schema}`);
    await tx.unsafe(`create table "${odd.replaceAll('"', '""')}" (id int primary key, note text, long text);
      insert into "${odd.replaceAll('"', '""')}" values (1, '', repeat('x', 5000)), (2, null, 'y');
      create table nobody (id int); create view last_bookings as select * from bookings;
      create function price(nights int) returns int language sql as 'select nights * 80'`);
  });
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug, ...options });
  return { tenant, backupId, address: `/projects/${tenant.slug}/backups/${backupId}` };
}

const objects = (page: Page) => page.getByRole("navigation", { name: "Objects in this backup" });

test("somebody finds a table in a backup, reads it and takes it away", async ({ page, coffer, api }) => {
  const { address } = await givenBackup(coffer, api);
  await page.goto(address);
  await page.getByRole("link", { name: "Browse" }).click();
  await expect(page.getByText("Choose a table to see its first rows")).toBeVisible();
  await expect(objects(page).getByRole("link", { name: "last_bookings" })).toBeVisible();
  await expectAccessible(page, "nothing chosen");

  await objects(page).getByRole("searchbox").fill("odd");
  await expect(objects(page).getByRole("link")).toHaveCount(1);
  await objects(page).getByRole("link").click();
  const rows = page.getByRole("table", { name: `First rows of ${odd}` }).getByRole("row");
  await expect(rows.nth(1)).toContainText("the beginning of 5 kB");
  await expect(rows.nth(1).getByRole("cell").nth(1)).toHaveText("");
  await expect(rows.nth(2).getByRole("cell").nth(1)).toHaveText("NULL");
  await expect(page.getByText("PRIMARY KEY (id)")).toBeVisible();
  await expectAccessible(page, "a table");

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/\.Odd & .name. ü\.csv$/);
  expect(await readFile(await download.path(), "utf8")).toBe(`id,note,long\n1,"",${"x".repeat(5000)}\n2,,y\n`);

  await page.reload();
  await expect(rows).toHaveCount(3);
  await objects(page).getByRole("link", { name: "price(nights integer)" }).click();
  await expect(page.getByText("select nights * 80")).toBeVisible();
  await page.goBack();
  await expect(rows).toHaveCount(3);
});

test("the list is walked with the arrow keys, and an empty table says so", async ({ page, coffer, api }) => {
  const { address } = await givenBackup(coffer, api, { format: "sql", compression: "zstd" });
  await page.goto(`${address}/browse`);
  await objects(page)
    .getByRole("link", { name: /^bookings/ })
    .focus();
  await page.keyboard.press("ArrowDown");
  await expect(objects(page).getByRole("link", { name: /^nobody/ })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByText("The table is empty.")).toBeVisible();
  await objects(page).getByRole("searchbox").fill("nothing is called so");
  await objects(page).getByRole("button", { name: "Clear search" }).click();
  await expect(objects(page).getByRole("link", { name: /^rooms/ })).toBeVisible();
  await page.goto(`${address}/browse?table=gone`);
  await expect(page.getByText("This backup has no table of that name.")).toBeVisible();
});

test("on a narrow screen the list and the table take turns", async ({ page, coffer, api }) => {
  const { address } = await givenBackup(coffer, api, { format: "tar" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${address}/browse`);
  await objects(page)
    .getByRole("link", { name: /^rooms/ })
    .click();
  await expect(page.getByRole("table", { name: "First rows of rooms" })).toBeVisible();
  await expect(objects(page)).toBeHidden();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole("link", { name: "All objects" }).click();
  await expect(objects(page)).toBeVisible();
});

test("a file that was changed says so in place of its rows", async ({ page, coffer, api }) => {
  const { tenant } = await givenBackup(coffer, api);
  const { backupId, storagePath } = await jobAtEnd(api, await start(api, tenant));
  await truncate(path.join(coffer.backupDir, storagePath ?? ""), 1000);
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}/browse?table=rooms`);
  await expect(page.getByRole("alert").filter({ hasText: "The rows could not be read" })).toContainText(
    "was changed after it was made",
  );
  await expect(page.getByRole("button", { name: "CSV" })).toBeDisabled();
  await expectAccessible(page, "a changed file");
});

test("what has changed since a backup is seen", async ({ page, coffer, api }) => {
  const { tenant, address } = await givenBackup(coffer, api);
  await page.goto(address);
  await page.getByRole("link", { name: "Compare" }).click();
  await expect(page.getByText("No difference: 4 tables")).toBeVisible();
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`set local role coffer_tenants; set local search_path = ${tenant.schema}`);
    await tx.unsafe(`drop table nobody; alter table rooms add beds int not null default 2; delete from bookings where id <= 10;
      drop function price(int)`);
  });
  const later = await makeBackup(coffer, api, { slug: tenant.slug, format: "sql" });
  await page.reload();
  const table = page.getByRole("table", { name: "Tables that differ" });
  await expect(table.getByRole("row", { name: /^rooms/ })).toContainText("Changed");
  await expect(table.getByRole("row", { name: /^nobody/ })).toContainText("Removed");
  await expect(table.getByRole("row", { name: /^bookings/ })).toContainText("−10");
  await page.getByRole("group").filter({ hasText: "rooms" }).first().locator("summary").click();
  await expect(page.getByText("beds integer DEFAULT 2 NOT NULL")).toBeVisible();
  await expectAccessible(page, "a comparison");
  await page.getByLabel("Table whose rows are compared").selectOption("bookings");
  await page.getByRole("button", { name: "Compare rows" }).click();
  const dialog = page.getByRole("dialog", { name: /^Comparison of/ });
  await expect(dialog.getByText("bookings: 10 removed, 990 the same")).toBeVisible();
  await expectAccessible(page, "rows that were compared");
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText("bookings: 10 removed, 990 the same")).toBeVisible();
  await page.getByLabel("Compare with").selectOption(later.backupId);
  await expect(page).toHaveURL(/with=/);
  await expect(page.getByRole("columnheader", { name: "In the other" })).toBeVisible();
  await expect(table.getByRole("row", { name: /^bookings/ })).toContainText("−10");
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
