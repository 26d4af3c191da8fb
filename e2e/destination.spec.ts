import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { jobDialog, makeBackup, openExportDialog } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { startBotApi } from "@/jobs/testing/bot-api";

// They share the installation's destinations.
test.describe.configure({ mode: "serial" });

const lunaria = { slug: "lunaria", name: "Lunaria Astrology" };
const row = (page: Page, name: string) => page.getByRole("row").filter({ has: page.getByText(name, { exact: true }) });

let vault = "";

test("a destination is tried, kept and listed; what is wrong with it is told", async ({ page, coffer }) => {
  vault = path.join(coffer.dataDir, "..", `vault-${Date.now()}`);
  await page.goto("/destinations");
  await expect(page.getByText("There is no destination yet.")).toBeVisible();
  await expectAccessible(page, "no destination");
  await page.getByRole("button", { name: "Add a destination" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add a destination" });
  await expectAccessible(page, "a form for a folder");
  await dialog.getByRole("textbox", { name: "Name" }).fill("vault");
  await dialog.getByRole("textbox", { name: "Folder" }).fill("backups");
  await dialog.getByRole("button", { name: "Test", exact: true }).click();
  await expect(dialog.getByText("must be an absolute path").first()).toBeVisible();
  await dialog.getByRole("textbox", { name: "Folder" }).fill(vault);
  await dialog.getByRole("button", { name: "Test", exact: true }).click();
  await expect(dialog.getByText("A file could be written, read and deleted.")).toBeVisible();
  await dialog.getByRole("switch", { name: "Copy every new backup here" }).uncheck();
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(row(page, "vault")).toContainText("Worked");

  await page.getByRole("button", { name: "Add a destination" }).click();
  await dialog.getByRole("radio", { name: /^S3/ }).check();
  await expectAccessible(page, "a form for S3");
  await dialog.getByRole("textbox", { name: "Name" }).fill("bucket");
  await dialog.getByRole("textbox", { name: "Endpoint" }).fill("http://10.99.99.99:9");
  await dialog.getByRole("textbox", { name: "Bucket" }).fill("backups");
  await dialog.getByRole("textbox", { name: "Access key" }).fill("AKIA");
  await dialog.getByLabel("Secret key", { exact: true }).fill("secret-of-a-test");
  await dialog.getByRole("button", { name: "Add destination" }).click();
  await expect(dialog.getByText("PRIVATE_HOSTS")).toBeVisible();
  await expectAccessible(page, "a destination that does not work");
  await dialog.getByRole("radio", { name: /^Telegram/ }).check();
  await expectAccessible(page, "a form for Telegram");
});

test("an export goes there, and its copy is checked, lost, made anew and removed", async ({ page }) => {
  const dialog = await openExportDialog(page, lunaria);
  await dialog.getByRole("checkbox", { name: /^vault/ }).check();
  await dialog.getByRole("button", { name: "Export backup" }).click();
  const job = jobDialog(page, lunaria);
  await expect(job.getByText("Backup ready")).toBeVisible();
  await job.getByRole("link", { name: "Open backup" }).click();
  const copy = row(page, "vault");
  await expect(copy).toContainText("Stored");
  const more = copy.getByRole("button", { name: "More actions" });
  await more.click();
  await page.getByRole("menuitem", { name: "Read back and check" }).click();
  const check = page.getByRole("dialog");
  await expect(check.getByText("Read back, and every byte is right")).toBeVisible();
  await expectAccessible(page, "a copy that was read back");
  await check.getByRole("button", { name: "Close" }).last().click();

  await rm(path.join(vault, lunaria.slug), { recursive: true });
  await more.click();
  await page.getByRole("menuitem", { name: "Read back and check" }).click();
  await expect(check.getByText("Missing").first()).toBeVisible();
  await check.getByRole("button", { name: "Close" }).last().click();
  await expect(copy).toContainText("Missing");
  await page.getByRole("link", { name: "Overview" }).click();
  const lost = page.getByRole("listitem").filter({ hasText: "Copy missing" });
  await expect(lost).toContainText("at vault.");
  await expectAccessible(page, "a copy that is lost");
  await lost.getByRole("link", { name: "Open backup" }).click();
  await copy.getByRole("button", { name: "Copy again" }).click();
  await expect(check.getByText("Copied")).toBeVisible();
  await check.getByRole("button", { name: "Close" }).last().click();
  await expect(copy).toContainText("Stored");

  await page.getByRole("button", { name: "Remove here" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove file" }).click();
  await expect(row(page, "Backup folder")).toContainText("Moved away");
  await more.click();
  await page.getByRole("menuitem", { name: "Bring back here" }).click();
  await expect(check.getByText("Brought back")).toBeVisible();
  await check.getByRole("button", { name: "Close" }).last().click();
  await expect(row(page, "Backup folder")).toContainText("Stored");

  await more.click();
  await page.getByRole("menuitem", { name: "Remove copy" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove copy" }).click();
  await expect(copy).toHaveCount(0);
});

test("a backup is moved by hand, and downloads all the same", async ({ page, coffer, api, guest }) => {
  await enterAs(page, guest);
  const { backupId } = await makeBackup(coffer, api, { slug: lunaria.slug });
  await page.goto(`/projects/${lunaria.slug}/backups/${backupId}`);
  await page.getByRole("button", { name: "Copy to …" }).click();
  const dialog = page.getByRole("dialog", { name: "Copy this backup" });
  await expectAccessible(page, "a copy to be started");
  await dialog.getByRole("switch", { name: "Move it there" }).check();
  await dialog.getByRole("button", { name: "Copy backup" }).click();
  const job = page.getByRole("dialog");
  await expect(job.getByText("Copied")).toBeVisible();
  await job.getByRole("button", { name: "Close" }).last().click();
  await expect(row(page, "Backup folder")).toContainText("Moved away");
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download", exact: true }).first().click();
  const download = await downloading;
  expect(await download.failure()).toBeNull();
});

test("a secret is needed again for another address, and its field says so", async ({ page, api }) => {
  await using bot = await startBotApi();
  await using other = await startBotApi();
  const { id } = await api.destination.add.mutate({
    name: "chat",
    kind: "telegram",
    ...bot.settings,
    isDefault: false,
  });
  await page.goto("/destinations");
  await page.getByRole("button", { name: "More actions for chat" }).click();
  await page.getByRole("menuitem", { name: "Edit" }).click();
  const dialog = page.getByRole("dialog");
  const token = dialog.getByLabel("Bot's token", { exact: true });
  await expect(token).toHaveAccessibleDescription(/For another server it is needed again/);
  await dialog.getByText("More options").click();
  await dialog.getByLabel("Bot API server").fill(other.settings.apiUrl);
  for (const name of ["Test", "Save destination"]) {
    await dialog.getByRole("button", { name, exact: true }).click();
    await expect(token).toHaveAccessibleDescription(/is needed again, since it would be sent to another address/);
    await expect(token).toHaveAttribute("aria-invalid", "true");
  }
  await expectAccessible(page, "a destination whose secret is needed again");
  expect(other.log).toEqual([]);
  await token.fill(other.settings.botToken);
  await dialog.getByRole("button", { name: "Save destination" }).click();
  await expect(dialog).toBeHidden();
  await api.destination.remove.mutate({ destinationId: id });
});

test("one that stops working says so, and what uses it is told before it goes", async ({ page }) => {
  await rm(vault, { recursive: true });
  await writeFile(vault, "");
  await page.goto("/destinations");
  await page.getByRole("button", { name: "Test vault" }).click();
  await expect(row(page, "vault")).toContainText("Does not work");
  await expectAccessible(page, "a destination that is unhealthy");
  await page.getByRole("button", { name: "More actions for vault" }).click();
  await page.getByRole("menuitem", { name: "Remove" }).click();
  const asks = page.getByRole("alertdialog");
  await expect(asks.getByText("1 backup is nowhere else.")).toBeVisible();
  await expect(asks.getByText("Bring them back or copy them elsewhere first.")).toBeVisible();
  await expect(asks.getByRole("button", { name: "Remove destination" })).toHaveCount(0);
  await asks.getByRole("button", { name: "Keep destination" }).click();
});

test("who is no administrator has no such page, and sees the copies all the same", async ({ page, coffer, api }) => {
  await enterAs(page, await addGuest(coffer, { permissions: { [lunaria.slug]: [] } }));
  await page.goto("/destinations");
  await expect(page.getByText("There is no such page")).toBeVisible();
  const { items } = await api.backup.listBackups.query({ projectId: lunaria.slug });
  await page.goto(`/projects/${lunaria.slug}/backups/${items[0]?.id}`);
  await expect(page.getByRole("table", { name: "Copies" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy to …" })).toHaveCount(0);
});
