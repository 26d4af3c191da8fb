import type { Page } from "@playwright/test";
import { formatBytes } from "@/app/ui/format";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 1 };

const cellsOf = (page: Page, table: string, row: string) =>
  page.getByRole("table", { name: table }).getByRole("row").filter({ hasText: row }).getByRole("cell");

/** A figure by its name, in the row of figures. */
const figure = (page: Page, name: string) =>
  page
    .locator("dl > div")
    .filter({ has: page.locator("dt", { hasText: name }) })
    .locator("dd");

test("the statistics show the figures of real exports", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const made = [
    await makeBackup(coffer, api, { slug: tenant.slug }),
    await makeBackup(coffer, api, { slug: tenant.slug, compression: "none" }),
  ];
  // One of them ended two days ago.
  await coffer.control`
    update control_plane.jobs j set started_at = started_at - interval '2 days', finished_at = finished_at - interval '2 days'
    from control_plane.backups b where b.job_id = j.id and b.id = ${made[0]?.backupId ?? ""}`;
  await coffer.tenants.unsafe(`drop schema ${tenant.schema} cascade`);
  await jobAtEnd(api, await start(api, tenant));
  const bytes = made.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

  await page.goto(`/projects/${tenant.slug}`);
  await page.getByRole("navigation", { name: "Project" }).getByRole("link", { name: "Statistics" }).click();
  await expect(figure(page, "Storage used")).toHaveText(formatBytes(bytes));
  await expect(figure(page, "Backups")).toHaveText("2");
  await expect(figure(page, "Exports")).toHaveText("Enabled");
  await expect(figure(page, "Verified")).toHaveText("0");
  await expect(page.getByRole("img", { name: "Exports per day: 2 of 3 exports ended well, 67 %" })).toBeVisible();
  await expect(page.getByRole("img", { name: `Size per day: ${formatBytes(bytes)} in 2 backups` })).toBeVisible();
  await page.getByText("The same in numbers").click();
  const today = new Date().toISOString().slice(0, 10);
  await expect(cellsOf(page, "Figures of each day", today)).toHaveText([
    today,
    "2",
    "1",
    "50 %",
    / s$/,
    "1",
    formatBytes(made[1]?.sizeBytes ?? 0),
  ]);
  await expectAccessible(page, "the statistics of a project");

  await page.getByRole("link", { name: "Statistics" }).first().click();
  await expect(page.getByRole("heading", { level: 1, name: "Statistics" })).toBeVisible();
  await expect(cellsOf(page, "Figures of each project", tenant.name)).toHaveText([
    tenant.name,
    "3",
    "1",
    "67 %",
    / s$/,
    "2",
    formatBytes(bytes),
  ]);
  await expect(figure(page, "Storage used")).not.toHaveText(formatBytes(bytes));
  await expectAccessible(page, "the statistics of all");
});

test("a period is chosen, and stays in the address", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  await makeBackup(coffer, api, { slug: tenant.slug });
  await coffer.control`
    update control_plane.jobs set started_at = started_at - interval '40 days', finished_at = finished_at - interval '40 days'
    where project_id = (select id from control_plane.projects where slug = ${tenant.slug})`;
  await page.goto(`/projects/${tenant.slug}/statistics`);
  await expect(page.getByText("No export has ended in the last 30 days.")).toBeVisible();
  await expectAccessible(page, "a period without exports");
  await page.getByLabel("Period").selectOption({ label: "Last 90 days" });
  await expect(page.getByRole("img", { name: "Exports per day: 1 of 1 export ended well, 100 %" })).toBeVisible();
  await expect(page).toHaveURL(/days=90/);
  await page.reload();
  await expect(page.getByLabel("Period")).toHaveValue("90");
  await expect(page.getByRole("img", { name: /^Duration per day: / })).toBeVisible();
});

test("a member sees their own projects only, and is not offered to clean up all", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const { sizeBytes } = await makeBackup(coffer, api, { slug: tenant.slug });
  await makeBackup(coffer, api, { slug: "lunaria", compression: "zstd" });
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["manage"] } }));
  await page.goto("/statistics");
  await expect(figure(page, "Storage used")).toHaveText(formatBytes(sizeBytes));
  await expect(page.getByRole("table", { name: "Figures of each project" }).getByRole("row")).toHaveCount(2);
  await expect(page.getByText("Kept in")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Clean up backups" })).toHaveCount(0);
});
