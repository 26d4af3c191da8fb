import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { jobDialog, makeBackup, openExportDialog, openJobId } from "@/e2e/tools/exports";
import { openMaking, publicKeyOf, saveKeyFile, strangersKey } from "@/e2e/tools/key-pairs";
import { downloadDecrypted, verifyWithKey } from "@/e2e/tools/own-key";
import { addGuest } from "@/e2e/tools/people";
import { restoreByCommand } from "@/e2e/tools/restore-command";

// There is one set of keys for the whole installation, so these tests build on each other.
test.describe.configure({ mode: "serial" });

const lunaria = { slug: "lunaria", name: "Lunaria Astrology", schema: "tenant_lunaria" };

const row = (page: Page, name: string) => page.getByRole("table").getByRole("row").filter({ hasText: name });
const encrypt = (dialog: Locator) => dialog.getByRole("switch", { name: "Encrypt" });

/** A key file as the page gives it, and what age takes for its public key. */
const key = { file: "", recipient: "" };

test("without a key nothing is encrypted: an administrator is led to the keys, others are told to ask", async ({
  page,
  coffer,
}) => {
  const dialog = await openExportDialog(page, lunaria);
  await expect(encrypt(dialog)).toBeDisabled();
  await expectAccessible(page, "an export dialog without keys");
  await dialog.getByRole("link", { name: "Make or add one" }).click();
  await expect(page.getByRole("heading", { name: "Encryption" })).toBeVisible();
  await expect(page.getByText("There is no key yet.")).toBeVisible();
  await expectAccessible(page, "no key");

  await enterAs(page, await addGuest(coffer, { permissions: { lunaria: ["export"] } }));
  const theirs = await openExportDialog(page, lunaria);
  await expect(theirs.getByText("Ask an administrator to make one.")).toBeVisible();
  await expect(encrypt(theirs)).toBeDisabled();
  await page.goto("/encryption");
  await expect(page.getByText("There is no such page")).toBeVisible();
  await expect(page.getByRole("link", { name: "Encryption" })).toHaveCount(0);
});

test("a secret key is shown once, and its file is one that age reads", async ({ page, context, coffer }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const dialog = await openMaking(page);
  await dialog.getByLabel("Name").fill("safe in Leipzig");
  await dialog.getByRole("checkbox", { name: /^Show it to me once/ }).uncheck();
  await dialog.getByRole("button", { name: "Make key pair" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Tick at least one");
  await expectAccessible(page, "a form with a mistake");
  await dialog.getByRole("checkbox", { name: /^Show it to me once/ }).check();
  await dialog.getByRole("button", { name: "Make key pair" }).click();
  const shown = page.getByRole("dialog", { name: "Your new secret key" });
  await expect(shown.getByText("Without it nobody can open the backups")).toBeVisible();
  await expectAccessible(page, "a new secret key");

  await shown.getByRole("button", { name: "Copy secret key" }).click();
  await expect(shown.getByText("Copied", { exact: true })).toBeAttached();
  const identity = await page.evaluate(() => navigator.clipboard.readText());
  const saved = await saveKeyFile(page, shown);
  expect(saved.name).toBe("safe-in-Leipzig.key.txt");
  expect(saved.text.split("\n")).toContain(identity);
  key.file = saved.text;
  key.recipient = await publicKeyOf(coffer, key.file);

  await shown.getByRole("button", { name: "I have kept it" }).click();
  await page.reload();
  const made = row(page, "safe in Leipzig");
  await expect(made).toContainText(key.recipient);
  await expect(made).toContainText("Only its owner has it");
  await expect(made).toContainText("In use");
  expect(await page.content()).not.toContain("AGE-SECRET-KEY");
});

test("an encrypted export is marked, and comes back with the command that its page shows", async ({
  page,
  coffer,
  api,
}) => {
  const dialog = await openExportDialog(page, lunaria);
  await expect(dialog.getByText("one of: safe in Leipzig.")).toBeVisible();
  await expect(encrypt(dialog)).not.toBeChecked();
  await encrypt(dialog).focus();
  await page.keyboard.press("Space");
  await expect(encrypt(dialog)).toBeChecked();
  await expectAccessible(page, "an export dialog with encryption on");
  await dialog.getByRole("button", { name: "Export backup" }).click();
  const job = jobDialog(page, lunaria);
  await expect(job.getByText("Backup ready")).toBeVisible();
  const { backupId, filename } = await api.job.getStatus.query({ jobId: openJobId(page) });
  if (!backupId || !filename) throw new Error("no backup");
  const command = `age -d -i key.txt ${filename} | gunzip -c | pg_restore --no-owner -d DBNAME`;
  await expect(job.getByText(command)).toBeVisible();
  await restoreByCommand(coffer, api, { backupId, command, key: key.file, schema: lunaria.schema });

  const plain = await makeBackup(coffer, api, { slug: lunaria.slug });
  await page.goto(`/projects/${lunaria.slug}`);
  await expect(row(page, filename).getByText("Encrypted")).toBeAttached();
  await expect(row(page, plain.filename).getByText("Encrypted")).toHaveCount(0);
  await page.getByLabel("Encryption").selectOption("Encrypted");
  await expect(row(page, plain.filename)).toHaveCount(0);
  await expect(row(page, filename)).toBeVisible();
  await page.reload();
  await expect(row(page, plain.filename)).toHaveCount(0);
  await expectAccessible(page, "a list of encrypted backups");

  await page.goto(`/projects/${lunaria.slug}/backups/${backupId}`);
  await expect(page.getByText(command)).toBeVisible();
  await expect(page.getByText("safe in Leipzig")).toBeVisible();
  await expect(page.getByText("Encrypted", { exact: true })).toBeVisible();
  await expectAccessible(page, "an encrypted backup");
});

test("a public key is added when it is one, and a pair may be left to Coffer alone", async ({ page }) => {
  await page.goto("/encryption");
  await page.getByRole("button", { name: "Add a public key" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a public key" });
  await dialog.getByLabel("Name").fill("auditor");
  await dialog.getByLabel("Public key").fill(key.recipient.slice(0, -1));
  await dialog.getByRole("button", { name: "Add public key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("typing error");
  await expectAccessible(page, "a public key that is none");
  await dialog.getByLabel("Public key").fill(key.recipient);
  await dialog.getByRole("button", { name: "Add public key" }).click();
  await expect(dialog.getByRole("alert")).toContainText("here already");
  await dialog.getByLabel("Public key").fill(await strangersKey());
  await dialog.getByRole("button", { name: "Add public key" }).click();
  await expect(row(page, "auditor")).toContainText("In use");

  const making = await openMaking(page);
  await making.getByLabel("Name").fill("for drills");
  await making.getByRole("checkbox", { name: /^Show it to me once/ }).uncheck();
  await making.getByRole("checkbox", { name: /^Let Coffer keep it/ }).check();
  await making.getByRole("button", { name: "Make key pair" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(row(page, "for drills")).toContainText("Kept by Coffer");
});

test("a key is retired after a question, and what was made for it still opens", async ({ page, coffer, api }) => {
  const old = await makeBackup(coffer, api, { slug: lunaria.slug, encrypt: true, format: "sql", compression: "zstd" });
  await page.goto("/encryption");
  for (const name of ["auditor", "for drills"]) {
    await page.getByRole("button", { name: `Retire ${name}` }).click();
    await page.getByRole("button", { name: "Retire key" }).click();
    await expect(row(page, name)).toContainText("Retired");
  }
  const retire = page.getByRole("button", { name: "Retire safe in Leipzig" });
  await retire.click();
  const question = page.getByRole("alertdialog", { name: "Retire this key?" });
  await expect(question.getByText("It is the only key in use.")).toBeVisible();
  await expect(question.getByRole("button", { name: "Keep key" })).toBeFocused();
  await expectAccessible(page, "the question before a key is retired");
  await page.keyboard.press("Enter");
  await expect(question).toBeHidden();
  await expect(retire).toBeFocused();
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Retire key" }).click();
  await expect(row(page, "safe in Leipzig")).toContainText("Retired");
  await expectAccessible(page, "keys that are retired");

  await page.goto(`/projects/${lunaria.slug}/backups/${old.backupId}`);
  const command = `age -d -i key.txt ${old.filename} | zstd -dc | psql -1 -v ON_ERROR_STOP=1 -d DBNAME`;
  await expect(page.getByText(command)).toBeVisible();
  await restoreByCommand(coffer, api, { backupId: old.backupId, command, key: key.file, schema: lunaria.schema });
  const dialog = await openExportDialog(page, lunaria);
  await expect(encrypt(dialog)).toBeDisabled();
});

test("an encrypted backup is verified, and downloaded decrypted, with the key that its owner brings along", async ({
  page,
  coffer,
  api,
}) => {
  // The first one was made for one key only, which Coffer does not have.
  const { items } = await api.backup.listBackups.query({
    projectId: lunaria.slug,
    limit: 1,
    encryptedOnly: true,
    oldestFirst: true,
  });
  const [backup] = items;
  if (!backup) throw new Error("no backup");
  await page.goto(`/projects/${lunaria.slug}/backups/${backup.id}`);
  await verifyWithKey(page, key.file, lunaria);
  const [held] = await coffer.control`select count(*)::int as count from control_plane.job_secrets`;
  expect(held?.count).toBe(0);
  const { name, bytes, address } = await downloadDecrypted(page, key.file, backup);
  expect(name).toBe(backup.filename.replace(/\.age$/, ""));
  expect(bytes.subarray(0, 2).toString("hex")).toBe("1f8b");
  expect(address).not.toContain("AGE-SECRET");
});
