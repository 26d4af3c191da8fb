import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { makeBackup } from "@/e2e/tools/exports";
import { addTenant } from "@/e2e/tools/tenant";

test("a backup that holds far less than usual says so wherever it is seen", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, { tables: ["notes"], megabytesEach: 1 });
  for (let n = 0; n < 3; n++) await makeBackup(coffer, api, { slug: tenant.slug });
  await page.goto("/");
  await expect(page.getByRole("table", { name: /^Last good backup/ })).toContainText(tenant.name);
  const attention = page.getByRole("listitem").filter({ hasText: tenant.name });
  await expect(attention).toHaveCount(0);

  await coffer.tenants.unsafe(`delete from ${tenant.schema}.notes where id > 300`);
  const { backupId, filename } = await makeBackup(coffer, api, { slug: tenant.slug });
  await page.reload();
  await expect(attention).toContainText("70 % fewer rows than usual");
  await expect(attention).toContainText("300 rows, where the median of the 3 backups before it is 1,000.");
  await expectAccessible(page, "the overview");

  await page.goto(`/projects/${tenant.slug}`);
  const rows = page.getByRole("table", { name: "Backups" }).getByRole("row");
  await expect(rows.filter({ hasText: "70 % fewer rows" })).toHaveCount(1);
  await expect(rows.filter({ hasText: filename })).toContainText("70 % fewer rows");
  await expectAccessible(page, "the history");

  await page.goto("/");
  await attention.getByRole("link", { name: "Open backup" }).click();
  await expect(page).toHaveURL(new RegExp(backupId));
  await expect(page.getByText("70 % fewer rows than usual")).toBeVisible();
  await expectAccessible(page, "the backup's page");
});
