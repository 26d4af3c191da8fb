import type { Page } from "@playwright/test";
import { expect, signedOut, test } from "@/e2e/fixtures";
import { acme, jobAtEnd, start } from "@/e2e/tools/exports";

/** What the browser's console complains about, violations of the policy among it. */
function complaints(page: Page): string[] {
  const found: string[] = [];
  page.on("console", (message) => message.type() === "error" && found.push(message.text()));
  page.on("pageerror", (error) => found.push(String(error)));
  return found;
}

async function visit(page: Page, paths: string[]): Promise<void> {
  for (const path of paths) {
    const answer = await page.goto(path, { waitUntil: "networkidle" });
    expect(answer?.headers()["content-security-policy"], path).toContain("'strict-dynamic'");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
}

test("no page does what its own policy forbids", async ({ page, api }) => {
  const found = complaints(page);
  const jobId = await start(api, acme, { compression: "zstd" });
  const { backupId } = await jobAtEnd(api, jobId);
  await visit(page, ["/", "/projects", "/activity", "/tokens", "/databases", "/users", "/audit"]);
  await visit(page, ["/projects/acme", "/projects/acme/members", "/projects/acme/settings"]);
  await visit(page, [`/projects/acme/backups/${backupId}`, `/projects/acme?job=${jobId}`]);
  await page.goto("/tokens");
  await page.getByRole("button", { name: "Make a token" }).first().click();
  await expect(page.getByLabel("Name")).toBeFocused();
  expect(found).toEqual([]);
  // The console tells, if there is something to tell.
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=alert(1)>"));
  await expect.poll(() => found.join()).toContain("Content Security Policy");
});

test("nor does the documentation of the API, to which the tokens lead", async ({ page }) => {
  const found = complaints(page);
  await page.goto("/tokens");
  await page.getByRole("link", { name: "documentation of the API" }).click();
  await expect(page.getByText("/api/backup/export", { exact: true })).toBeVisible();
  expect(found).toEqual([]);
});

test.describe("signed out", () => {
  test.use(signedOut);
  test("nor does the way in", async ({ page }) => {
    const found = complaints(page);
    await visit(page, ["/login", "/login?error=AccessDenied", "/welcome/used"]);
    expect(found).toEqual([]);
  });
});
