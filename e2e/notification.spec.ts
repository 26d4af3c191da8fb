import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { announced } from "@/e2e/tools/coffer";
import { openExportDialog } from "@/e2e/tools/exports";
import { startHook } from "@/e2e/tools/hook";
import { mailsTo } from "@/e2e/tools/mail-server";
import { addGuest } from "@/e2e/tools/people";
import { openMenu } from "@/e2e/tools/shoot";

const row = (page: Page, name: string): Locator =>
  page.getByRole("table", { name: "Channels" }).getByRole("row").filter({ hasText: name });

async function openAdding(page: Page): Promise<Locator> {
  await page.goto("/notifications");
  await page.getByRole("button", { name: "Add channel" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Add a channel" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  return dialog;
}

async function choose(page: Page, channel: string, action: string): Promise<void> {
  await openMenu(page, page.getByRole("button", { name: `More for ${channel}` }));
  await page.getByRole("menuitem", { name: action }).click();
}

test("a channel is added, told what to tell, tried, edited without its secret, paused and deleted", async ({
  page,
}) => {
  const hook = await startHook();
  const name = `Chat ${crypto.randomUUID().slice(0, 8)}`;
  const dialog = await openAdding(page);
  await expectAccessible(page, "a new channel");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Address").fill(`${hook.url}/services/hidden`);
  await dialog.getByRole("button", { name: "Add channel" }).click();
  const rules = page.getByRole("dialog", { name: `What ${name} is told of` });
  await expect(rules.getByRole("checkbox", { name: /^Backup failed/ })).toBeChecked();
  await expect(rules.getByRole("checkbox", { name: /^Backup ready/ })).not.toBeChecked();
  await rules.getByLabel("Hours without a good backup").fill("48");
  await rules.getByRole("button", { name: "Add a project" }).click();
  await rules.getByLabel("Project of line 1").selectOption({ label: "Lunaria Astrology" });
  await expectAccessible(page, "the events of a channel");
  await rules.getByRole("button", { name: "Save events" }).click();
  await expect(rules).toBeHidden();
  await expect(row(page, name)).toContainText("Backup failed and 6 more");
  await page.getByRole("button", { name: `Test ${name}` }).click();
  await expect(page.getByText("The test has arrived.")).toBeVisible();
  expect(hook.bodies.join()).toContain("Test from Coffer");
  hook.answer(404);
  await page.getByRole("button", { name: `Test ${name}` }).click();
  await expect(page.getByText("The test did not arrive.")).toContainText("it answered 404");
  await expectAccessible(page, "a channel whose test did not arrive");
  await choose(page, name, "Choose events");
  await expect(rules.getByLabel("Hours without a good backup")).toHaveValue("48");
  await expect(rules.getByLabel("Project of line 1")).toHaveValue("lunaria");
  await rules.getByRole("button", { name: "Cancel" }).click();
  await choose(page, name, "Edit");
  const edit = page.getByRole("dialog", { name: `Edit ${name}` });
  await expect(edit.getByLabel("Address")).toHaveValue("");
  await edit.getByLabel("Name").fill(`${name} (old)`);
  await edit.getByRole("button", { name: "Save channel" }).click();
  await expect(edit).toBeHidden();
  hook.answer(200);
  await page.getByRole("button", { name: `Test ${name} (old)` }).click();
  await expect(page.getByText("The test has arrived.")).toBeVisible();
  await choose(page, `${name} (old)`, "Pause");
  await expect(row(page, name)).toContainText("Paused");
  expect(await page.content()).not.toContain("services/hidden");
  await choose(page, `${name} (old)`, "Delete");
  await page.getByRole("button", { name: "Delete channel" }).click();
  await expect(row(page, name)).toHaveCount(0);
  await hook.stop();
});

test("the secret of a webhook that is made here is shown once, and a wrong field says so", async ({ page }) => {
  const name = `Hook ${crypto.randomUUID().slice(0, 8)}`;
  const dialog = await openAdding(page);
  await dialog.getByLabel("Kind").selectOption("Telegram");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Bot token").fill("no token");
  await dialog.getByLabel("Chat").fill("@backups");
  await dialog.getByRole("button", { name: "Add channel" }).click();
  await expect(dialog.getByLabel("Bot token")).toHaveAccessibleDescription(/must be a bot's token/);
  await dialog.getByLabel("Kind").selectOption("Webhook");
  await dialog.getByLabel("Address").fill("https://hooks.example.org/coffer");
  await dialog.getByRole("button", { name: "Add channel" }).click();
  const made = page.getByRole("dialog", { name: `Secret of ${name}` });
  await expect(made.getByText("Copy it now")).toBeVisible();
  const secret = (await made.locator("code").first().textContent()) ?? "";
  expect(secret).toMatch(/^[\w-]{32}$/);
  await expectAccessible(page, "a secret");
  await made.getByRole("button", { name: "I have copied it" }).click();
  await page
    .getByRole("dialog", { name: `What ${name} is told of` })
    .getByRole("button", { name: "Cancel" })
    .click();
  await page.reload();
  await expect(row(page, name)).toContainText("hooks.example.org");
  expect(await page.content()).not.toContain(secret);
});

test("whoever an export names gets a mail whose link downloads the backup", async ({ page, browser }) => {
  const address = `${crypto.randomUUID().slice(0, 8)}@example.org`;
  const dialog = await openExportDialog(page, { slug: "lunaria", name: "Lunaria Astrology" });
  await dialog.getByLabel("Notify by email").fill(address);
  await expectAccessible(page, "the export dialog with an address");
  await dialog.getByRole("button", { name: "Export backup" }).click();
  const { mailbox } = announced();
  await expect.poll(() => mailsTo(mailbox, address)).toHaveLength(1);
  const [mail = ""] = await mailsTo(mailbox, address);
  expect(mail).toContain("Subject: [Coffer] Backup of Lunaria Astrology is ready");
  const link = /https?:\/\/\S+signature=[\w-]+/.exec(mail)?.[0] ?? "";
  const stranger = await browser.newContext();
  const file = await stranger.request.get(link);
  expect(file.status()).toBe(200);
  expect((await file.body()).length).toBeGreaterThan(1000);
  await stranger.close();
});

test("what was not sent can be sent again", async ({ page, api, coffer }) => {
  const hook = await startHook();
  const name = `Again ${crypto.randomUUID().slice(0, 8)}`;
  const { id } = await api.notification.addChannel.mutate({ name, kind: "slack", url: hook.url });
  await coffer.control`
    insert into control_plane.notifications (channel_id, about, facts, once_key, status, attempts, error)
    values (${id}, 'destination_unhealthy', ${coffer.control.json({ destination: "offsite", problem: "No such bucket." })},
      ${`test-${name}`}, 'failed', 10, 'It answered 500.')`;
  await page.goto("/notifications?status=failed");
  const message = page.getByRole("table", { name: "Messages" }).getByRole("row").filter({ hasText: name });
  await expect(message).toContainText("Failed after 10 attempts");
  await expect(message).toContainText("It answered 500.");
  await expectAccessible(page, "messages that have failed");
  await message.getByRole("button", { name: "Retry" }).click();
  await expect.poll(() => hook.bodies.join()).toContain("The destination offsite does not work");
  await hook.stop();
});

test("the page is for administrators", async ({ page, coffer }) => {
  await enterAs(page, await addGuest(coffer));
  await page.goto("/");
  await expect(page.getByRole("link", { name: "Notifications" })).toHaveCount(0);
  expect((await page.goto("/notifications"))?.status()).toBe(404);
});
