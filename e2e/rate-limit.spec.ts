import type { Route } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { acme, jobDialog, start } from "@/e2e/tools/exports";

// Longer than the test takes on a slow machine: the page's clock goes on by itself too.
const message = "Too many requests. Wait 60 seconds, then try again.";
const data = { code: "RATE_LIMIT_EXCEEDED", httpStatus: 429, requestId: "of-the-test", fields: [], retryAfter: 60 };

/** What the server answers to a batch of calls that come too soon. */
function tooMany(route: Route): Promise<void> {
  const { pathname } = new URL(route.request().url());
  const json = pathname.split(",").map(() => ({ error: { message, code: -32029, data } }));
  return route.fulfill({ status: 429, headers: { "Retry-After": "60" }, json });
}

test("after too many calls the dialog keeps what it knows, and asks again when it may", async ({ page, api, hold }) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.clock.install();
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);
  const bar = dialog.getByRole("progressbar");
  await expect.poll(() => bar.getAttribute("value").then(Number)).toBeGreaterThan(2);
  // From here on time goes by only when the test lets it.
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
  let refused = 0;
  await page.route(/job\.getStatus/, (route) => {
    refused += 1;
    return tooMany(route);
  });
  await page.clock.runFor(2_000);
  await expect.poll(() => refused).toBe(1);
  // Whatever the page asks for after that answer comes after it.
  await page.evaluate(() => fetch("/login"));
  const known = Number(await bar.getAttribute("value"));
  await page.clock.runFor(5_000);
  await page.evaluate(() => fetch("/login"));
  expect(refused).toBe(1);
  await expect(dialog.getByText("Connection lost")).toBeHidden();
  await expect(dialog.getByRole("alert")).toHaveCount(0);
  expect(Number(await bar.getAttribute("value"))).toBeGreaterThanOrEqual(known);

  await page.unroute(/job\.getStatus/);
  await pace.go();
  const answered = page.waitForResponse(/job\.getStatus/);
  await page.clock.runFor(60_000);
  await answered;
  await page.clock.resume();
  await expect(dialog.getByText("Backup ready")).toBeVisible();
});

test("a job that was never seen yet is waited for", async ({ page, api }) => {
  const jobId = await start(api, acme, { compression: "zstd" });
  await page.clock.install();
  await page.route(/job\.getStatus/, tooMany);
  const refused = page.waitForResponse(/job\.getStatus/);
  await page.goto(`/projects/acme?job=${jobId}`);
  await (await refused).finished();
  const dialog = page.getByRole("dialog", { name: "Job" });
  await expect(dialog.getByRole("status", { name: "Loading the job" })).toBeVisible();
  // Not once, in between two tries.
  for (let look = 0; look < 5; look++) {
    await page.evaluate(() => fetch("/login"));
    expect(await dialog.getByRole("alert").count()).toBe(0);
  }
  await page.unroute(/job\.getStatus/);
  await page.clock.fastForward(60_100);
  await expect(jobDialog(page)).toBeVisible();
});
