import { readFile } from "node:fs/promises";
import { expect, type Page } from "@playwright/test";
import { expectAccessible } from "@/e2e/tools/accessible";
import type { Subject } from "@/e2e/tools/exports";

const asFile = (key: string) => ({ name: "key.txt", mimeType: "text/plain", buffer: Buffer.from(key) });

/** Verifies the backup whose page is open: first with a key that is none, then with this key file. */
export async function verifyWithKey(page: Page, key: string, { name }: Subject): Promise<void> {
  await page.getByRole("region", { name: "Proof", exact: true }).getByRole("button", { name: "Verify" }).click();
  const dialog = page.getByRole("dialog", { name: "Verify this backup" });
  const secret = dialog.getByLabel("Secret key", { exact: true });
  await expect(secret).toBeFocused();
  await secret.fill("AGE-SECRET-KEY-1NOT");
  await dialog.getByRole("button", { name: "Verify backup" }).click();
  await expect(dialog.getByText("typing error")).toHaveCount(2);
  await expectAccessible(page, "a verify dialog with a key that is none");
  await dialog.getByLabel("Key file").setInputFiles(asFile(key));
  await expect(secret).toHaveValue(key);
  await dialog.getByRole("button", { name: "Verify backup" }).click();
  const job = page.getByRole("dialog", { name: `Verification of ${name}` });
  // A whole job, on a machine that may be busy.
  await expect(job.getByText("Proven by a restore")).toBeVisible({ timeout: 60_000 });
  await page.getByRole("button", { name: "Close" }).last().click();
}

/** Downloads the backup whose page is open without its encryption. */
export async function downloadDecrypted(page: Page, key: string, { filename }: { filename: string }) {
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await page.getByRole("menuitem", { name: "Download decrypted" }).click();
  const dialog = page.getByRole("dialog", { name: "Download decrypted" });
  await dialog.getByLabel("Key file").setInputFiles(asFile(key));
  await expectAccessible(page, "a decrypted download");
  const downloading = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download decrypted" }).click();
  const download = await downloading;
  const bytes = await readFile(await download.path());
  return { name: download.suggestedFilename(), bytes, address: download.url() };
}
