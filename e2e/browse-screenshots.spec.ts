import { truncate } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "@/e2e/fixtures";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { shoot } from "@/e2e/tools/shoot";
import { addTenant } from "@/e2e/tools/tenant";

test("browsing a backup, in each of its states", async ({ page, coffer, api }) => {
  test.setTimeout(300_000);
  const { backupId } = await makeBackup(coffer, api, { slug: "acme" });
  const address = `/projects/acme/backups/${backupId}`;
  await page.goto(address);
  await expect(page.getByText("Restore with")).toBeVisible();
  await shoot(page, "backup-with-browse");
  await page.goto(`${address}/browse`);
  await expect(page.getByRole("navigation", { name: "Objects in this backup" }).getByText("Sequences")).toBeVisible();
  await shoot(page, "browse");
  await page.goto(`${address}/browse?table=customers`);
  await expect(page.getByRole("table", { name: "First rows of customers" })).toBeVisible();
  await expect(page.getByText("PRIMARY KEY").first()).toBeVisible();
  await shoot(page, "browse-table", { whole: true });
  await page.route(/browse\.rows|browse\.table/, () => {});
  await page.reload();
  await expect(page.getByRole("status", { name: "Reading the first rows" })).toBeVisible();
  await shoot(page, "browse-loading");
  await page.unroute(/browse\.rows|browse\.table/);
  const other = await addTenant(coffer, api, {
    name: "Harbour Hotel",
    tables: ["bookings", "guests", "rooms"],
    megabytesEach: 1,
  });
  const { backupId: old } = await makeBackup(coffer, api, { slug: other.slug });
  await coffer.tenants.unsafe(`set role coffer_tenants; drop table ${other.schema}.guests; create table ${other.schema}.visitors (id int);
    alter table ${other.schema}.rooms add beds int not null default 2, alter body type varchar(2000); reset role;
    delete from ${other.schema}.bookings where id <= 123; create view ${other.schema}.last_bookings as select * from ${other.schema}.bookings`);
  await page.goto(`/projects/${other.slug}/backups/${old}/compare`);
  await page.locator("summary").first().click();
  await expect(page.getByText("beds integer DEFAULT 2 NOT NULL")).toBeVisible();
  await shoot(page, "compare", { whole: true });
  await page.getByLabel("Table whose rows are compared").selectOption("bookings");
  await page.getByRole("button", { name: "Compare rows" }).click();
  const compared = page.getByRole("dialog", { name: /^Comparison of/ });
  await expect(compared.getByText(/^bookings: 123 removed/)).toBeVisible();
  await shoot(page, "compare-rows-dialog");
  await compared.getByRole("button", { name: "Close" }).last().click();
  await expect(compared).toBeHidden();
  await expect(page.getByText(/^bookings: 123 removed/)).toBeVisible();
  await shoot(page, "compare-rows", { whole: true });
  const changed = await jobAtEnd(api, await start(api, { slug: "acme" }));
  await truncate(path.join(coffer.backupDir, changed.storagePath ?? ""), 1000);
  await page.goto(`/projects/acme/backups/${changed.backupId}/browse?table=customers`);
  await expect(page.getByText("The rows could not be read")).toBeVisible();
  await shoot(page, "browse-error");
});
