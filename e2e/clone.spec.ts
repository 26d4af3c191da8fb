import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { jobAtEnd, makeBackup, openJobId } from "@/e2e/tools/exports";
import { addTenant } from "@/e2e/tools/tenant";

test("a backup is cloned to a project of its own, and the original stays as it is", async ({ page, api, coffer }) => {
  const tenant = await addTenant(coffer, api, { tables: ["rooms"], megabytesEach: 1 });
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}`);
  await page.getByRole("button", { name: /^More for/ }).click();
  await page.getByRole("menuitem", { name: "Clone to a new project" }).click();
  const dialog = page.getByRole("dialog", { name: "Clone to a new project" });
  await expect(dialog.getByLabel("Slug")).toHaveValue(`${tenant.slug}-copy`);
  await expectAccessible(page, "the clone dialog");
  await dialog.getByRole("button", { name: "Clone backup" }).click();
  const job = page.getByRole("dialog", { name: `Clone of ${tenant.name}` });
  await expect(job).toBeVisible();
  expect(await jobAtEnd(api, openJobId(page))).toMatchObject({ status: "completed" });
  await expectAccessible(page, "a clone that is done");
  await job.getByRole("link", { name: "Open project" }).click();
  await expect(page.getByRole("heading", { name: `${tenant.name} (copy)` })).toBeVisible();
  const count = async (schema: string) =>
    (await coffer.tenants.unsafe(`select count(*)::int as n from ${schema}.rooms`))[0]?.n;
  expect([await count(tenant.schema), await count(`${tenant.schema}_copy`)]).toEqual([1000, 1000]);
});
