import type { Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { makeBackup } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 1 };

async function choose(page: Page, filename: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

test("a backup is pinned in its row and unpinned on its page", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const { backupId, filename } = await makeBackup(coffer, api, { slug: tenant.slug });
  await page.goto(`/projects/${tenant.slug}`);
  const row = page.getByRole("table", { name: "Backups" }).getByRole("row").filter({ hasText: filename });
  await expect(row).toBeVisible();
  await expect(row.getByText("Pinned")).toHaveCount(0);
  await choose(page, filename, "Pin");
  await expect(row.getByText("Pinned")).toBeVisible();
  expect((await api.backup.get.query({ backupId })).pinnedAt).not.toBeNull();
  await expectAccessible(page, "a history with a pinned backup");

  await row.getByRole("link", { name: filename }).click();
  const header = page.locator("main header");
  await expect(header.getByText("Pinned")).toBeVisible();
  await choose(page, filename, "Unpin");
  await expect(header.getByText("Pinned")).toHaveCount(0);
  expect((await api.backup.get.query({ backupId })).pinnedAt).toBeNull();
});

test("description and tags are edited, and what somebody else writes meanwhile stays", async ({
  page,
  coffer,
  api,
}) => {
  const tenant = await addTenant(coffer, api, tiny);
  const { backupId, filename } = await makeBackup(coffer, api, { slug: tenant.slug, tags: ["nightly"] });
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}`);
  await choose(page, filename, "Edit description and tags");
  const dialog = page.getByRole("dialog", { name: "Description and tags" });
  await expect(dialog.getByLabel("Description")).toBeFocused();
  await expect(dialog.getByLabel("Tags")).toHaveValue("nightly");
  await expectAccessible(page, "the dialog");
  await api.backup.change.mutate({ backupId, description: "Before the move" });
  await dialog.getByLabel("Tags").fill("nightly, for the auditors,  nightly");
  await dialog.getByLabel("Tags").press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect(page.getByText("for the auditors")).toBeVisible();
  await expect(page.getByText("Before the move")).toBeVisible();

  await choose(page, filename, "Edit description and tags");
  await dialog.getByLabel("Tags").fill("x".repeat(41));
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "the dialog with an error");
  await dialog.getByLabel("Tags").fill("");
  await dialog.getByLabel("Description").fill("");
  await dialog.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText("Before the move")).toHaveCount(0);
  expect(await api.backup.get.query({ backupId })).toMatchObject({ description: null, tags: [] });
});

test("who lacks the permission to manage sees it and does not change it", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const { backupId, filename } = await makeBackup(coffer, api, { slug: tenant.slug, tags: ["nightly"] });
  await api.backup.change.mutate({ backupId, pinned: true });
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } }));
  await page.goto(`/projects/${tenant.slug}`);
  await expect(page.getByText("Pinned")).toBeVisible();
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await expect(page.getByRole("menuitem", { name: "Copy sha256" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /pin|Edit/i })).toHaveCount(0);
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}`);
  await expect(page.getByText("Pinned")).toBeVisible();
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await expect(page.getByRole("menuitem", { name: "Copy curl command" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /pin|Edit/i })).toHaveCount(0);
});
