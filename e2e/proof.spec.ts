import { readFile, truncate } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { acme, jobAtEnd, makeBackup, openJobId, type Subject, start } from "@/e2e/tools/exports";
import { addReferringTenant, holdVerification } from "@/e2e/tools/proofs";

const verification = (page: Page, { name }: Subject = acme) =>
  page.getByRole("dialog", { name: `Verification of ${name}` });
const proofOn = (page: Page) => page.getByRole("region", { name: "Proof", exact: true });

test("a backup is proven by a restore, and shows every table of the proof", async ({ page, api }) => {
  const jobId = await start(api, acme, { fingerprint: true });
  const { backupId } = await jobAtEnd(api, jobId);
  await page.goto(`/projects/acme/backups/${backupId}`);
  const section = proofOn(page);
  await expect(section.getByText("Nobody has proven this backup yet.")).toBeVisible();
  await section.getByRole("button", { name: "Verify" }).click();
  const dialog = page.getByRole("dialog", { name: "Verify this backup" });
  await expect(dialog.getByRole("radio", { name: /^Restore/ })).toBeChecked();
  await expectAccessible(page, "verify dialog");
  await dialog.getByRole("button", { name: "Verify backup" }).click();
  await expect(verification(page)).toBeVisible();
  await jobAtEnd(api, openJobId(page));
  await expect(verification(page).getByText("Proven by a restore")).toBeVisible();
  await expectAccessible(page, "finished verification");
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(section.getByText("Proven by a restore")).toBeVisible();
  await section.getByText("What was compared").click();
  const compared = section.getByRole("table", { name: "What was compared" });
  await expect(compared.getByRole("row", { name: /customers table/ })).toContainText("Equal");
  await expect(compared.getByRole("row", { name: /sequence/ }).first()).toContainText("Equal");
  await expectAccessible(page, "proof section");
});

test("a proof is taken away as a page to print, and as JSON", async ({ page, coffer, api }) => {
  const { backupId, filename, sha256 } = await makeBackup(coffer, api, { slug: "lunaria", fingerprint: true });
  await jobAtEnd(api, (await api.proof.start.mutate({ backupId, level: "restore" })).jobId);
  await page.goto(`/projects/lunaria/backups/${backupId}`);
  const opening = page.waitForEvent("popup");
  await proofOn(page)
    .getByRole("link", { name: /^Report to print/ })
    .click();
  const report = await opening;
  await report.waitForLoadState();
  const complaints: string[] = [];
  report.on("console", (message) => complaints.push(message.text()));
  await report.reload();
  await expect(report).toHaveTitle(`Proof of ${filename}`);
  await expect(report.getByText("Proven by a restore")).toBeVisible();
  await expect(report.getByText(sha256).first()).toBeVisible();
  // Its own policy lets its own style through.
  await expect(report.locator("header")).toHaveCSS("border-bottom-width", "2px");
  expect(complaints).toEqual([]);
  await expectAccessible(report, "report of a proof");
  await report.close();
  const downloading = page.waitForEvent("download");
  await proofOn(page).getByRole("link", { name: /^JSON/ }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe(`proof_${filename}.json`);
  const proof = JSON.parse(await readFile(await download.path(), "utf8"));
  expect(proof).toMatchObject({ result: "passed", backup: { sha256 } });
  expect(proof.tables.length).toBeGreaterThan(5);
});

test("a verification shows how it goes, and can be cancelled", async ({ page, coffer, api }) => {
  const tenant = await addReferringTenant(coffer, api);
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  const { jobId, go } = await holdVerification(coffer, api, { backupId, schema: tenant.schema });
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}?job=${jobId}`);
  const dialog = verification(page, tenant);
  await expect(dialog.getByText("Making a scratch database").first()).toBeVisible();
  await expectAccessible(page, "running verification");
  await dialog.getByRole("button", { name: "Cancel verification" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel verification" }).click();
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  await go();
  await expectAccessible(page, "cancelled verification");
});

test("a file that was cut short is not proven, and the page says why", async ({ page, api, coffer }) => {
  const jobId = await start(api, acme);
  const { backupId, storagePath, sizeBytes } = await jobAtEnd(api, jobId);
  await truncate(path.join(coffer.backupDir, storagePath ?? ""), (sizeBytes ?? 1) - 1);
  await page.goto(`/projects/acme/backups/${backupId}`);
  await proofOn(page).getByRole("button", { name: "Verify" }).click();
  await page.getByRole("radio", { name: /^Archive/ }).check();
  await page.getByRole("button", { name: "Verify backup" }).click();
  await expect(verification(page).getByText("Not proven")).toBeVisible();
  await expect(verification(page).getByRole("row", { name: /File is there/ })).toContainText("Failed");
  await expectAccessible(page, "failed proof");
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("File changed")).toBeVisible();
  await expectAccessible(page, "backup whose proof has failed");
});
