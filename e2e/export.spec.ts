import { readFile } from "node:fs/promises";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { acme, jobAtEnd, jobDialog, openExportDialog, openJobId, start } from "@/e2e/tools/exports";
import { sha256Of } from "@/e2e/tools/files";
import { paceOf } from "@/e2e/tools/pace";

test("the export dialog has good defaults, tells the size, and starts with Enter", async ({ page, coffer, api }) => {
  const dialog = await openExportDialog(page);
  await expect(dialog.getByRole("radio", { name: /^Custom/ })).toBeChecked();
  await expect(dialog.getByRole("radio", { name: /^gzip/ })).toBeChecked();
  await expect(dialog.getByRole("status")).toHaveText(/^About [\d.]+ [kM]B from [\d.]+ MB in 17 tables/);
  await expect(dialog.getByRole("button", { name: "Export backup" })).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(jobDialog(page)).toBeVisible();
  const jobId = openJobId(page);
  await paceOf(coffer.dataDir, jobId).go();
  const job = await jobAtEnd(api, jobId);
  expect(job).toMatchObject({ status: "completed", format: "custom", compression: "gzip", projectSlug: "acme" });
});

test("what is chosen in the dialog is what is made", async ({ page, api }) => {
  const dialog = await openExportDialog(page);
  await dialog.getByRole("radio", { name: /^SQL/ }).check();
  await dialog.getByRole("radio", { name: /^zstd/ }).check();
  await dialog.getByLabel("Description").fill("Before the big move");
  await dialog.getByLabel("Tags").fill("move, handover,move");
  await dialog.getByText("More options").click();
  await dialog.getByLabel("Storage path").fill("2026/q1");
  await dialog.getByRole("button", { name: "Export backup" }).click();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();

  const { backupId } = await api.job.getStatus.query({ jobId: openJobId(page) });
  const backup = await api.backup.get.query({ backupId: backupId ?? "" });
  expect(backup).toMatchObject({ format: "sql", compression: "zstd", description: "Before the big move" });
  expect(backup.tags).toEqual(["move", "handover"]);
  expect(backup.storagePath).toBe(`acme/2026/q1/${backup.filename}`);
});

test("a package can be made, and its dialog shows how to use it", async ({ page, api }) => {
  const dialog = await openExportDialog(page);
  await dialog.getByRole("radio", { name: /^Package/ }).check();
  await dialog.getByRole("button", { name: "Export backup" }).click();
  const finished = jobDialog(page);
  await expect(finished.getByText("Backup ready")).toBeVisible();
  const { filename, steps } = await api.job.getStatus.query({ jobId: openJobId(page) });
  expect(filename).toMatch(/^acme_.*\.package\.tar$/);
  expect(steps.map(({ title }) => title)).toContain("Packaging");
  const folder = filename?.replace(/(-\d+)?\.package\.tar$/, "");
  await expect(finished.getByText(`tar -xf ${filename} && sh ./${folder}/restore.sh DBNAME`)).toBeVisible();
});

test("a storage path that leads elsewhere is refused in the dialog", async ({ page }) => {
  const dialog = await openExportDialog(page);
  await dialog.getByText("More options").click();
  for (const path of ["../other", "/etc", "a/../../b", "a\\b"]) {
    await dialog.getByLabel("Storage path").fill(path);
    await dialog.getByRole("button", { name: "Export backup" }).click();
    await expect(dialog.getByRole("alert")).toContainText("The export could not be started");
    await expect(dialog.getByRole("alert")).toContainText(/Storage path (must|may)/);
  }
});

test("a finished export shows its file, and downloads exactly that", async ({ page, context, guest }) => {
  await enterAs(page, guest);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const jobId = await start(guest.api, acme, { compression: "zstd" });
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  const job = await guest.api.job.getStatus.query({ jobId });
  const { filename, sha256, sizeBytes } = job;
  if (!filename || !sha256 || !sizeBytes) throw new Error("a completed job without a backup");

  expect(filename).toMatch(/^acme_\d{4}-\d{2}-\d{2}T\d{6}Z(-\d+)?\.dump\.zst$/);
  await expect(dialog.getByText(filename, { exact: true })).toBeVisible();
  await expect(dialog.getByText(`${sha256.slice(0, 8)}…${sha256.slice(-8)}`)).toBeVisible();
  await expect(dialog.getByText(`${(sizeBytes / 1e6).toFixed(1)} MB from 51.3 MB`)).toBeVisible();
  await expect(dialog.getByText(/^[\d,]+ rows in 17 tables$/)).toBeVisible();
  await expect(dialog.getByText(`zstd -dc ${filename} | pg_restore --no-owner -d DBNAME`)).toBeVisible();
  await dialog.getByRole("button", { name: "Copy sha256" }).click();
  await expect(dialog.getByText("Copied", { exact: true })).toBeAttached();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(sha256);

  const downloading = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download" }).click();
  const download = await downloading;
  const bytes = await readFile(await download.path());
  expect(download.suggestedFilename()).toBe(filename);
  expect(bytes.length).toBe(sizeBytes);
  expect(sha256Of(bytes)).toBe(sha256);
  // The page is still there.
  await expect(dialog.getByText("Backup ready")).toBeVisible();
});
