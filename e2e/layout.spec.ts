import type { Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { acme, jobAtEnd, jobDialog, makeBackup, openExportDialog, start, unfold } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

const phone = { width: 390, height: 844 };

/** How far the page, a dialog on it or a part of that can be scrolled sideways. What hides its rest cannot be. */
const sideways = (page: Page) =>
  page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open], dialog[open] > *")]
      .filter((element) => getComputedStyle(element).overflowX !== "hidden")
      .map((element) => element.scrollWidth - element.clientWidth),
  );

async function expectNoSideways(page: Page, what: string): Promise<void> {
  expect(Math.max(...(await sideways(page))), what).toBe(0);
}

test("nothing has to be scrolled sideways on a phone", async ({ page, coffer, api, hold }) => {
  await page.setViewportSize(phone);
  const { backupId } = await makeBackup(coffer, api, { slug: "spaeti-24-7", compression: "zstd" });
  for (const path of [
    "/login",
    "/",
    "/projects",
    "/projects/acme",
    "/projects/spaeti-24-7",
    "/projects/acme/settings",
    "/projects/acme/members",
    "/projects/acme/statistics",
    "/projects/acme/data",
    "/projects/acme/data/import",
    "/statistics",
    "/tokens",
    "/encryption",
    "/users",
    "/audit",
    "/welcome/used",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNoSideways(page, path);
  }
  for (const path of [`/projects/spaeti-24-7/backups/${backupId}`, "/activity", "/databases", "/no-such-page"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNoSideways(page, path);
  }
  await openExportDialog(page);
  await expectNoSideways(page, "export dialog");
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  await unfold(jobDialog(page), "Tables");
  await expectNoSideways(page, "running");
  await pace.go();
  await jobAtEnd(api, jobId);
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  await expectNoSideways(page, "finished");
});

test("the overview loads little, and nothing moves while it does", async ({ page, coffer, api }) => {
  // Of a project that nobody else changes meanwhile: what fails somewhere is news, and moves what is below it.
  const tenant = await addTenant(coffer, api, { tables: ["notes"], megabytesEach: 0.1 });
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } }));
  await page.addInitScript(() => {
    const shifts: unknown[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => shifts.push(...list.getEntries().map((entry) => entry.toJSON()))).observe({
      type: "layout-shift",
      buffered: true,
    });
  });
  await page.goto("/", { waitUntil: "networkidle" });
  await expect(page.getByRole("heading", { name: "Last good backup" })).toBeVisible();
  const shifts: { value: number }[] = await page.evaluate(() => Reflect.get(window, "shifts"));
  expect(
    shifts.reduce((sum, { value }) => sum + value, 0),
    JSON.stringify(shifts),
  ).toBeLessThan(0.01);

  const scripts = await page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter((entry) => new URL(entry.name).pathname.endsWith(".js"))
      .map((entry) => ({ name: entry.name, bytes: (entry as PerformanceResourceTiming).transferSize })),
  );
  expect(scripts.length).toBeGreaterThan(3);
  expect(scripts.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(200_000);
  test.info().annotations.push({ type: "JS of the first load", description: JSON.stringify(scripts) });
});
