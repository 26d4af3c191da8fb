import path from "node:path";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { makeBackup } from "@/e2e/tools/exports";
import { openMenu, shoot } from "@/e2e/tools/shoot";

test("destinations and copies", async ({ page, coffer, api, guest }) => {
  await enterAs(page, guest);
  await page.goto("/destinations");
  await expect(page.getByText("There is no destination yet.")).toBeVisible();
  await shoot(page, "destinations-empty");
  await page.getByRole("button", { name: "Add a destination" }).first().click();
  const dialog = page.getByRole("dialog");
  await shoot(page, "destination-folder");
  for (const kind of ["S3", "Telegram"]) {
    await dialog.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();
    await dialog.getByText("More options").click();
    await shoot(page, `destination-${kind.toLowerCase()}`);
  }
  await page.keyboard.press("Escape");

  const folder = path.join(coffer.dataDir, "..", `vault-${Date.now()}`);
  const vault = await api.destination.add.mutate({ name: "Office NAS", kind: "local", folder, isDefault: true });
  const other = await api.destination.add.mutate({ name: "Second disk", kind: "local", folder: `${folder}-2` });
  const { backupId } = await makeBackup(coffer, api, { slug: "lunaria" });
  await api.copy.start.mutate({ backupId, destinationId: other.id });
  await expect
    .poll(async () => (await api.copy.list.query({ backupId })).map(({ status }) => status))
    .toEqual(["stored", "stored"]);
  await coffer.control`insert into control_plane.destinations (name, kind, settings, checked_at, unhealthy_since, problem)
    select 'Bucket in Frankfurt', kind, settings, now(), now() - interval '3 hours', 'The access key is not allowed to write to the bucket backups. Grant it s3:PutObject, or give another key.'
    from control_plane.destinations where id = ${other.id}`;
  await page.goto("/destinations");
  await expect(page.getByRole("row").filter({ hasText: "Frankfurt" })).toBeVisible();
  await shoot(page, "destinations");
  const more = page.getByRole("button", { name: "More actions for Office NAS" });
  await shoot(page, "destination-menu", { open: () => openMenu(page, more) });
  await openMenu(page, more);
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await shoot(page, "destination-remove");
  await page.keyboard.press("Escape");

  await coffer.control`update control_plane.backup_copies set status = 'missing', problem = 'It is gone.'
    where destination_id = ${other.id}`;
  await page.goto("/");
  await expect(page.getByText("Copy missing")).toBeVisible();
  await shoot(page, "overview-attention");
  await page.goto(`/projects/lunaria/backups/${backupId}`);
  await expect(page.getByRole("table", { name: "Copies" })).toContainText("Missing");
  await shoot(page, "backup-copies", { whole: true });
  await api.copy.giveUpHome.mutate({ backupId });
  await page.reload();
  await expect(page.getByText("Moved away")).toBeVisible();
  await shoot(page, "backup-moved");
  const { jobId } = await api.copy.verify.mutate({ backupId, destinationId: vault.id });
  await page.goto(`/projects/lunaria/backups/${backupId}?job=${jobId}`);
  await expect(page.getByText("Read back, and every byte is right")).toBeVisible();
  await shoot(page, "copy-verified");
  await page.goto("/projects/lunaria");
  await page.getByRole("button", { name: "Export backup" }).first().click();
  await expect(page.getByRole("group", { name: "Copy to" })).toBeVisible();
  await shoot(page, "export-destinations", { whole: true });
});
