import { expect, test } from "@/e2e/fixtures";
import { jobAtEnd, makeBackup, openJobId } from "@/e2e/tools/exports";
import { shoot } from "@/e2e/tools/shoot";
import { addTenant } from "@/e2e/tools/tenant";

test("a restore from the look ahead to its undo, and a clone", async ({ page, api, coffer }) => {
  test.setTimeout(300_000);
  const tenant = await addTenant(coffer, api, {
    name: "Harbour Restaurant",
    tables: ["bookings", "guests", "tables"],
    megabytesEach: 2,
  });
  const { schema, slug, name } = tenant;
  const { backupId } = await makeBackup(coffer, api, { slug });
  await coffer.tenants.unsafe(`delete from ${schema}.guests where id > 300; create table ${schema}.vouchers (id int);
    alter table ${schema}.vouchers owner to coffer_tenants; analyze ${schema}.guests, ${schema}.vouchers;
    create schema reports_${schema} authorization coffer_tenants; set role coffer_tenants;
    create view reports_${schema}.visits as select id from ${schema}.guests; reset role`);

  await page.goto(`/projects/${slug}/backups/${backupId}`);
  await expect(page.getByText("Restore with")).toBeVisible();
  await shoot(page, "restore-backup-page");
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Restore this backup" });
  await expect(dialog.getByRole("list", { name: "Pre-flight report" })).toBeVisible();
  await dialog.getByText(/What changes in/).click();
  await shoot(page, "restore-dialog");
  await dialog.getByLabel("What", { exact: true }).selectOption({ label: "The rows of chosen tables" });
  await dialog.getByRole("checkbox", { name: /guests/ }).check();
  await expect(dialog.getByText("The backup holds rows of all the tables that were chosen.")).toBeVisible();
  await shoot(page, "restore-tables");
  await dialog.getByLabel("What", { exact: true }).selectOption({ label: "The whole schema" });
  await dialog.getByLabel(/^Type /).fill(slug);
  const running = page.getByRole("dialog", { name: `Restore of ${name}` });
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}.guests in share mode`);
    await dialog.getByRole("button", { name: "Restore backup" }).click();
    await expect(running.getByText(/Putting it in place/).first()).toBeVisible();
    await expect(running.getByText(/waits for a lock held by/).first()).toBeVisible();
    await shoot(page, "restore-running-blocked");
  });
  await jobAtEnd(api, openJobId(page));
  await expect(running.getByText("Restored", { exact: true })).toBeVisible();
  await shoot(page, "restore-done");
  await running.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("alertdialog")).toBeVisible();
  await shoot(page, "restore-undo-question");
  await page.getByRole("button", { name: "Undo restore" }).click();
  await expect(page.getByText("Undone", { exact: true })).toBeVisible();
  await shoot(page, "restore-undone");

  await coffer.tenants.unsafe(`drop view reports_${schema}.visits;
    create materialized view reports_${schema}.visits as select id from ${schema}.guests`);
  await page.goto(`/projects/${slug}/backups/${backupId}`);
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(dialog.getByText("Objects outside of the schema need it as it is")).toBeVisible();
  await shoot(page, "restore-refused");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Clone to a new project" }).click();
  await expect(page.getByRole("dialog", { name: "Clone to a new project" })).toBeVisible();
  await shoot(page, "clone-dialog");
  await page.getByRole("button", { name: "Clone backup" }).click();
  await expect(page.getByText("is there")).toBeVisible();
  await shoot(page, "clone-done");
});
