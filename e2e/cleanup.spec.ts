import { existsSync } from "node:fs";
import path from "node:path";
import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { makeBackup } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 1 };

/** A project with backups of these ages in days. Gives them in the same order. */
async function tenantWith(coffer: Coffer, api: Api, ages: number[]) {
  const tenant = await addTenant(coffer, api, tiny);
  const backups = [];
  for (const age of ages) {
    const made = await makeBackup(coffer, api, { slug: tenant.slug });
    await coffer.control`
      update control_plane.backups set created_at = now() - make_interval(days => ${age}) where id = ${made.backupId}`;
    const { storagePath } = await api.backup.get.query({ backupId: made.backupId });
    backups.push({ ...made, file: path.join(coffer.backupDir, storagePath) });
  }
  return { tenant, backups };
}

async function openCleanup(page: Page, { slug, name }: Tenant): Promise<Locator> {
  await page.goto(`/projects/${slug}`);
  await page.getByRole("button", { name: "Clean up backups" }).click();
  const dialog = page.getByRole("dialog", { name: `Clean up backups of ${name}` });
  await expect(dialog.getByLabel("The newest")).toBeFocused();
  return dialog;
}

/** Only the newest so many, and no other rule. */
async function showNewest(dialog: Locator, count: string): Promise<void> {
  for (const name of ["One a week", "One a month"]) await dialog.getByLabel(name).fill("");
  await dialog.getByLabel("The newest").fill(count);
  await dialog.getByLabel("The newest").press("Enter");
}

const row = (dialog: Locator, filename: string) => dialog.getByRole("row").filter({ hasText: filename });

test("a cleanup shows what goes and why, and then does just that", async ({ page, coffer, api }) => {
  const { tenant, backups } = await tenantWith(coffer, api, [0, 10, 20, 30]);
  const [newest, second, pinned, oldest] = backups;
  if (!newest || !second || !pinned || !oldest) throw new Error("too few backups");
  await api.backup.change.mutate({ backupId: pinned.backupId, pinned: true });
  const dialog = await openCleanup(page, tenant);
  await expectAccessible(page, "the rules");
  await showNewest(dialog, "1");
  await expect(dialog.getByText("2 of 4 backups go")).toBeVisible();
  for (const [backup, outcome, why] of [
    [newest, "Stays", "The last good one"],
    [second, "Goes", "Not one of the newest 1"],
    [pinned, "Stays", "Pinned"],
    [oldest, "Goes", "Not one of the newest 1"],
  ] as const) {
    await expect(row(dialog, backup.filename).getByRole("cell").first()).toHaveText(outcome);
    await expect(row(dialog, backup.filename).getByRole("cell").last()).toHaveText(why);
  }
  await expectAccessible(page, "the plan");
  // Nothing is done yet.
  expect(backups.map(({ file }) => existsSync(file))).toEqual([true, true, true, true]);

  await dialog.getByRole("button", { name: "Delete 2 backups" }).click();
  await expect(dialog.getByText("2 backups deleted")).toBeVisible();
  await expectAccessible(page, "the result");
  expect(backups.map(({ file }) => existsSync(file))).toEqual([true, false, true, false]);
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
  const table = page.getByRole("table", { name: "Backups" });
  await expect(table.getByRole("link", { name: oldest.filename })).toHaveCount(0);
  await expect(table.getByRole("link", { name: pinned.filename })).toBeVisible();
  await expect(page.getByText(/^2 backups, /)).toBeVisible();
});

test("what has changed since it was shown is shown anew, and nothing is deleted", async ({ page, coffer, api }) => {
  const { tenant, backups } = await tenantWith(coffer, api, [0, 10, 20]);
  const [, second, oldest] = backups;
  if (!second || !oldest) throw new Error("too few backups");
  const dialog = await openCleanup(page, tenant);
  await showNewest(dialog, "1");
  await expect(dialog.getByText("2 of 3 backups go")).toBeVisible();
  await api.backup.change.mutate({ backupId: second.backupId, pinned: true });
  await dialog.getByRole("button", { name: "Delete 2 backups" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Nothing was deleted.");
  await expect(dialog.getByText("1 of 3 backups goes")).toBeVisible();
  await expect(row(dialog, second.filename)).toContainText("Pinned");
  await expectAccessible(page, "another plan");
  expect(backups.map(({ file }) => existsSync(file))).toEqual([true, true, true]);

  await dialog.getByRole("button", { name: "Delete 1 backup" }).click();
  await expect(dialog.getByText("1 backup deleted")).toBeVisible();
  expect(backups.map(({ file }) => existsSync(file))).toEqual([true, true, false]);
});

test("rules that say nothing are not taken, and rules that keep all have nothing to delete", async ({
  page,
  coffer,
  api,
}) => {
  const { tenant } = await tenantWith(coffer, api, [0]);
  const dialog = await openCleanup(page, tenant);
  await showNewest(dialog, "");
  await expect(dialog.getByRole("alert")).toContainText("Set at least one rule.");
  await expectAccessible(page, "rules with a mistake");
  await dialog.getByRole("checkbox", { name: /^Delete broken ones/ }).check();
  await dialog.getByRole("button", { name: "Show what goes" }).click();
  await expect(dialog.getByText("The only backup stays.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: /^Delete/ })).toHaveCount(0);
  await dialog.getByRole("button", { name: "Change rules" }).click();
  await expect(dialog.getByRole("checkbox", { name: /^Delete broken ones/ })).toBeChecked();
  await expect(dialog.getByLabel("The newest")).toHaveValue("");
});

test("who lacks the permission to manage is not offered a cleanup", async ({ page, coffer, api }) => {
  const { tenant, backups } = await tenantWith(coffer, api, [0]);
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } }));
  await page.goto(`/projects/${tenant.slug}`);
  await expect(page.getByRole("link", { name: backups[0]?.filename })).toBeVisible();
  await expect(page.getByRole("button", { name: "Clean up backups" })).toHaveCount(0);
});

test("an administrator goes through all projects", async ({ page, coffer, api }) => {
  const { tenant, backups } = await tenantWith(coffer, api, [0, 4000]);
  await page.goto("/statistics");
  await page.getByRole("button", { name: "Clean up backups" }).click();
  const dialog = page.getByRole("dialog", { name: "Clean up backups of all projects" });
  for (const name of ["The newest", "One a week", "One a month"]) await dialog.getByLabel(name).fill("");
  // Older than whatever the other tests have made.
  await dialog.getByLabel("All of the last").fill("3900");
  await dialog.getByRole("button", { name: "Show what goes" }).click();
  await expect(dialog.getByText(/^1 of [0-9,]+ backups goes/)).toBeVisible();
  const going = row(dialog, backups[1]?.filename ?? "?");
  await expect(going).toContainText(tenant.name);
  await expect(going.getByRole("cell").last()).toHaveText("Older than 3900 days");
  await expectAccessible(page, "a plan for all projects");
  await dialog.getByRole("button", { name: "Delete 1 backup" }).click();
  await expect(dialog.getByText("1 backup deleted")).toBeVisible();
  expect(backups.map(({ file }) => existsSync(file))).toEqual([true, false]);
});
