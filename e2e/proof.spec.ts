import { truncate } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { acme, jobAtEnd, openJobId, start } from "@/e2e/tools/exports";

const verification = (page: Page) => page.getByRole("dialog", { name: "Verification of Acme Shop" });

test("a backup is proven by a restore, and shows every table of the proof", async ({ page, api }) => {
  const jobId = await start(api, acme, { fingerprint: true });
  const { backupId } = await jobAtEnd(api, jobId);
  await page.goto(`/projects/acme/backups/${backupId}`);
  const section = page.getByRole("region", { name: "Proof", exact: true });
  await expect(section.getByText("Nobody has proven this backup yet.")).toBeVisible();
  await section.getByRole("button", { name: "Verify" }).click();
  const dialog = page.getByRole("dialog", { name: "Verify this backup" });
  await expect(dialog.getByRole("radio", { name: /^Restore/ })).toBeChecked();
  await dialog.getByRole("button", { name: "Verify backup" }).click();
  await expect(verification(page)).toBeVisible();
  await jobAtEnd(api, openJobId(page));
  await expect(verification(page).getByText("Proven by a restore")).toBeVisible();
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(section.getByText("Proven by a restore")).toBeVisible();
  await section.getByText("What was compared").click();
  const compared = section.getByRole("table", { name: "What was compared" });
  await expect(compared.getByRole("row", { name: /customers table/ })).toContainText("Equal");
  await expect(compared.getByRole("row", { name: /sequence/ }).first()).toContainText("Equal");
});

test("a file that was cut short is not proven, and the page says why", async ({ page, api, coffer }) => {
  const jobId = await start(api, acme);
  const { backupId, storagePath, sizeBytes } = await jobAtEnd(api, jobId);
  await truncate(path.join(coffer.backupDir, storagePath ?? ""), (sizeBytes ?? 1) - 1);
  await page.goto(`/projects/acme/backups/${backupId}`);
  await page.getByRole("region", { name: "Proof", exact: true }).getByRole("button", { name: "Verify" }).click();
  await page.getByRole("radio", { name: /^Archive/ }).check();
  await page.getByRole("button", { name: "Verify backup" }).click();
  await expect(verification(page).getByText("Not proven")).toBeVisible();
  await expect(verification(page).getByRole("row", { name: /File is there/ })).toContainText("Failed");
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText("File changed")).toBeVisible();
});
