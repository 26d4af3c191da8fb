import { expect, test } from "@/e2e/fixtures";
import { openExportDialog } from "@/e2e/tools/exports";
import { startHook } from "@/e2e/tools/hook";
import { openMenu, shoot } from "@/e2e/tools/shoot";

test("notifications", async ({ page, api, coffer }) => {
  await page.goto("/notifications");
  await expect(page.getByText("Nobody is told of anything yet.")).toBeVisible();
  await shoot(page, "notifications-empty");
  await page.getByRole("button", { name: "Add channel" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await shoot(page, "channel-add");
  await dialog.getByLabel("Kind").selectOption("Telegram");
  await dialog.getByLabel("Name").fill("On call");
  await dialog.getByLabel("Bot token").fill("nothing");
  await dialog.getByLabel("Chat").fill("@backups");
  await dialog.getByRole("button", { name: "Add channel" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await shoot(page, "channel-refused");
  await dialog.getByLabel("Kind").selectOption("Webhook");
  await dialog.getByLabel("Address").fill("https://hooks.example.org/coffer");
  await dialog.getByRole("button", { name: "Add channel" }).click();
  await expect(page.getByText("Copy it now.")).toBeVisible();
  await shoot(page, "channel-secret");
  await page.getByRole("button", { name: "I have copied it" }).click();
  await page.getByRole("button", { name: "Add a project" }).click();
  await page.getByRole("button", { name: "Add a project" }).click();
  await page.getByLabel("Event of line 2").selectOption("No good backup");
  await shoot(page, "channel-events");
  await page.getByRole("button", { name: "Save events" }).click();

  const hook = await startHook();
  const slack = await api.notification.addChannel.mutate({ name: "Team chat", kind: "slack", url: hook.url });
  await api.notification.setRules.mutate({ channelId: slack.id, rules: [{ event: "backup_failed" }] });
  const mail = await api.notification.addChannel.mutate({
    name: "Operators of all our platforms, by mail",
    kind: "email",
    to: ["operators@example.org", "ada.lovelace@example.org"],
  });
  await api.notification.changeChannel.mutate({ channelId: mail.id, paused: true });
  await coffer.control`
    insert into control_plane.notifications (channel_id, about, project_id, facts, once_key, status, attempts, error, created_at)
    select ${slack.id}, about, p.id, '{}', about || 'shot', status::control_plane.notification_status, attempts, error, now() - ago::interval
    from control_plane.projects p, (values
      ('backup_failed', 'failed', 10, 'hooks.slack.com did not take the message: it answered 503.', '1 day'),
      ('proof_failed', 'pending', 3, 'hooks.slack.com refused the connection.', '3 minutes'),
      ('backup_completed', 'sent', 1, null, '3 hours')) as v (about, status, attempts, error, ago)
    where p.slug = 'acme'`;
  await page.goto("/notifications");
  await page.getByRole("button", { name: "Test Team chat" }).click();
  await expect(page.getByText("The test has arrived.")).toBeVisible();
  await page.getByRole("button", { name: "Test On call" }).click();
  await expect(page.getByText("The test did not arrive.")).toBeVisible();
  await shoot(page, "notifications", { whole: true });
  const more = page.getByRole("button", { name: "More for Team chat" });
  await shoot(page, "channel-menu", { open: () => openMenu(page, more) });
  await openMenu(page, more);
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shoot(page, "channel-delete");
  await openExportDialog(page);
  await shoot(page, "export-with-mail");
  await page.goto("/schedules");
  await page.getByRole("button", { name: "Add schedule" }).first().click();
  const form = page.getByRole("dialog");
  await form.getByText("More options").click();
  await form.getByLabel("Notify by email").fill("ada@example.org");
  await shoot(page, "schedule-form-mail");
  await hook.stop();
});
