import type { Page } from "@playwright/test";
import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { acme, jobAtEnd, jobDialog, makeBackup, openExportDialog, start, unfold } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 1 };

test.describe("signed out", () => {
  test.use(signedOut);
  test("the sign-in page is accessible, also when it refuses", async ({ page }) => {
    await page.goto("/login?changed");
    await expectAccessible(page, "sign in");
    await page.goto("/login?error=AccessDenied");
    await expectAccessible(page, "no account");
    await page.getByLabel("Email").fill("nobody@example.org");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
    await expectAccessible(page, "refused");
  });
});

async function expectAllAccessible(page: Page, pages: (readonly [path: string, shown: string])[]): Promise<void> {
  for (const [path, shown] of pages) {
    await page.goto(path);
    await expect(page.getByRole("main").getByText(shown).first()).toBeVisible();
    await expectAccessible(page, path);
  }
}

test("the pages with projects and their jobs are accessible", async ({ page, coffer, api, hold }) => {
  const failing = await addTenant(coffer, api, tiny);
  await coffer.tenants.unsafe(`drop schema ${failing.schema} cascade`);
  await jobAtEnd(api, await start(api, failing));
  await hold(await start(api, acme));
  await expectAllAccessible(page, [
    ["/", "Needs attention"],
    ["/projects", "Exporting"],
    ["/projects?q=nothing-has-this", "Clear filters"],
    ["/projects/acme", "product_images"],
    [`/projects/${failing.slug}`, "Export failed"],
    ["/activity", "product_images"],
    ["/activity?status=cancelling", "Clear filters"],
  ]);
});

test("the pages of a project are accessible", async ({ page, coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, { slug: "acme", compression: "zstd", tags: ["a-tag"] });
  const empty = await addTenant(coffer, api, tiny);
  await expectAllAccessible(page, [
    ["/projects/acme?q=nothing-has-this", "Clear filters"],
    ["/projects/acme/settings", "Where it lives"],
    [`/projects/acme/backups/${backupId}`, "Needed from outside"],
    [`/projects/${empty.slug}`, "There is no backup of this project yet."],
    [`/projects/${empty.slug}/members`, "Nobody is a member"],
  ]);
});

test("the pages of the whole installation are accessible", async ({ page, api }) => {
  await jobAtEnd(api, await start(api, acme, { compression: "zstd" }));
  await expectAllAccessible(page, [
    ["/databases", "Built-in PostgreSQL"],
    ["/encryption", "in the format of age"],
    ["/users", "Last sign-in"],
    ["/users?q=nobody-has-this", "Clear filters"],
    ["/audit", "Started an export"],
    ["/audit?from=2001-01-01&until=2001-01-01", "Clear filters"],
    ["/tokens", "documentation of the API"],
    ["/no-such-page", "There is no such page"],
  ]);
});

test("the pages of somebody without projects are accessible", async ({ page, coffer }) => {
  await enterAs(page, await addGuest(coffer));
  for (const path of ["/", "/projects", "/activity"]) {
    await page.goto(path);
    await expect(page.getByText(/You are not a member of any project yet|Nothing has been done yet/)).toBeVisible();
    await expectAccessible(page, path);
  }
});

test("the dialogs of an export are accessible from its start to its end", async ({ page, coffer, api, hold }) => {
  const form = await openExportDialog(page);
  await expect(form.getByText(/^About/)).toBeVisible();
  await form.getByText("More options").click();
  await expectAccessible(page, "export dialog");
  await form.getByLabel("Storage path").fill("../x");
  await form.getByRole("button", { name: "Export backup" }).click();
  await expect(form.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "export dialog with an error");

  const jobId = await start(api, acme);
  await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);
  for (const summary of ["Tables", "Who waits for us"]) await unfold(dialog, summary);
  await expectAccessible(page, "running");
  await dialog.getByRole("button", { name: "Cancel export" }).click();
  await expectAccessible(page, "the question before a cancel");
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel export" }).click();
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  await expectAccessible(page, "cancelled");

  const fast = await start(api, acme, { compression: "zstd" });
  await page.goto(`/projects/acme?job=${fast}`);
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  await expectAccessible(page, "finished");

  const tenant = await addTenant(coffer, api, tiny);
  await coffer.tenants.unsafe(`drop schema ${tenant.schema} cascade`);
  await page.goto(`/projects/${tenant.slug}?job=${await start(api, tenant)}`);
  await expect(page.getByText("Export failed").first()).toBeVisible();
  await expectAccessible(page, "failed");
  await page.goto("/?job=00000000-0000-4000-8000-000000000000");
  await expect(page.getByRole("alert").getByText("There is no such job.")).toBeVisible();
  await expectAccessible(page, "no such job");
});

test("the other dialogs, menus and notes are accessible", async ({ page, coffer, api }) => {
  const { filename } = await makeBackup(coffer, api, { slug: "lunaria", compression: "zstd" });
  await page.goto("/databases");
  await page.getByRole("button", { name: "Connect a database" }).click();
  await expect(page.getByLabel("Host")).toBeVisible();
  await expectAccessible(page, "connect a database");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add projects" }).first().click();
  await page.getByRole("checkbox", { name: "shared" }).check();
  await expectAccessible(page, "add projects");
  await page.keyboard.press("Escape");
  await page
    .getByRole("button", { name: /^Check now/ })
    .first()
    .click();
  await expect(
    page
      .getByText(/^Answered/)
      .filter({ visible: true })
      .first(),
  ).toBeVisible();

  await page.getByRole("button", { name: /^Account of/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  await expectAccessible(page, "account menu");
  await page.getByRole("menuitem", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await expectAccessible(page, "change password");

  await page.goto("/projects/lunaria");
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await page.getByRole("menuitem", { name: "Copy sha256" }).click();
  await expect(page.getByText("Copied the sha256.")).toBeVisible();
  await expectAccessible(page, "a toast");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "Open menu" }).click();
  await expect(page.getByRole("dialog", { name: "Menu" })).toBeVisible();
  await expectAccessible(page, "the drawer of a narrow screen");
});
