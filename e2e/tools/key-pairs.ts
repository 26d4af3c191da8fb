import { execFile } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Locator, type Page } from "@playwright/test";
import type { Coffer } from "@/e2e/tools/coffer";

const run = promisify(execFile);

/** The dialog that makes a key pair. */
export async function openMaking(page: Page): Promise<Locator> {
  await page.goto("/encryption");
  await page.getByRole("button", { name: "Make a key pair" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  return dialog;
}

/** Downloads the key file of the dialog that shows a new secret key. */
export async function saveKeyFile(page: Page, dialog: Locator): Promise<{ name: string; text: string }> {
  const downloading = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Download key file" }).click();
  const download = await downloading;
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

/** What age takes for the public key of a key file. */
export async function publicKeyOf({ dataDir }: Coffer, keyFile: string): Promise<string> {
  const file = path.join(await mkdtemp(path.join(dataDir, "key-")), "key.txt");
  await writeFile(file, keyFile);
  return (await run("age-keygen", ["-y", file])).stdout.trim();
}

/** The public key of somebody else. */
export async function strangersKey(): Promise<string> {
  const { stdout } = await run("age-keygen");
  return /public key: (age1\w+)/.exec(stdout)?.[1] ?? "";
}
