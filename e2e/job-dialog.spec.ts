import { enterAs, expect, test } from "@/e2e/fixtures";
import { acme, countJobs, jobAtEnd, jobDialog, openExportDialog, openJobId, start } from "@/e2e/tools/exports";

test("a reload in the middle keeps the dialog and its progress", async ({ page, api, hold }) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const bar = jobDialog(page).getByRole("progressbar");
  await expect.poll(() => bar.getAttribute("value").then(Number)).toBeGreaterThan(2);
  const before = Number(await bar.getAttribute("value"));

  await page.reload();
  await expect(bar).toBeVisible();
  expect(Number(await bar.getAttribute("value"))).toBeGreaterThanOrEqual(before);
  expect(openJobId(page)).toBe(jobId);
  await pace.go();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  await page.reload();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  await page.getByRole("button", { name: "Close" }).last().click();
  expect(new URL(page.url()).search).toBe("");
});

test("an export in the background is told about at its end, on whatever page", async ({ page, guest, hold }) => {
  await enterAs(page, guest);
  const jobId = await start(guest.api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  await jobDialog(page).getByRole("button", { name: "Run in background" }).click();
  await expect(jobDialog(page)).toBeHidden();
  const mine = page.getByRole("list", { name: "Running jobs" }).getByRole("listitem").filter({ hasText: "by you" });
  await expect(mine).toContainText(/Dumping|rows/);

  await page.getByRole("link", { name: "Activity" }).click();
  await expect(page.getByRole("heading", { name: "Activity" })).toBeVisible();
  await pace.go();
  const toast = page.getByRole("listitem").filter({ hasText: "Backup of Acme Shop is ready" });
  await expect(toast).toContainText(/[\d.]+ MB in [\d.]+ s/);
  const downloading = page.waitForEvent("download");
  await toast.getByRole("button", { name: "Download" }).click();
  const { filename } = await guest.api.job.getStatus.query({ jobId });
  expect((await downloading).suggestedFilename()).toBe(filename);
});

test("a double click makes one job", async ({ page, coffer, guest }) => {
  await enterAs(page, guest);
  const dialog = await openExportDialog(page);
  await dialog.getByRole("radio", { name: /^zstd/ }).check();
  await dialog.getByRole("button", { name: "Export backup" }).dblclick();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  expect(await countJobs(coffer, guest)).toBe(1);
});

test("a click that is sent again makes one job, another wish another one", async ({ coffer, guest }) => {
  const order = { compression: "zstd", idempotencyKey: "one-click" } as const;
  const same = await Promise.all(Array.from({ length: 5 }, () => start(guest.api, acme, order)));
  expect(new Set(same).size).toBe(1);
  await expect(start(guest.api, acme, { ...order, compression: "none" })).rejects.toMatchObject({
    data: { code: "IDEMPOTENCY_KEY_REUSED", httpStatus: 409 },
  });
  await jobAtEnd(guest.api, await start(guest.api, acme, { ...order, idempotencyKey: "another-click" }));
  expect(await countJobs(coffer, guest)).toBe(2);
});

test("two tabs show the same job, and a cancel in one shows in the other", async ({ page, context, api, hold }) => {
  const jobId = await start(api, acme);
  await hold(jobId);
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto(`/projects/acme?job=${jobId}`);
    await expect(jobDialog(tab).getByRole("progressbar")).toBeVisible();
  }
  await jobDialog(other).getByRole("button", { name: "Cancel export" }).click();
  await other.getByRole("alertdialog").getByRole("button", { name: "Cancel export" }).click();
  for (const tab of [other, page]) await expect(jobDialog(tab).getByText("Nothing was kept.")).toBeVisible();
});

test("without a network the last state stays, is called that, and goes on later", async ({
  page,
  context,
  api,
  hold,
}) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);
  const bar = dialog.getByRole("progressbar");
  await expect.poll(() => bar.getAttribute("value").then(Number)).toBeGreaterThan(2);
  await context.setOffline(true);
  await expect(dialog.getByText("Connection lost, trying again. This is the last that was known.")).toBeVisible();
  const known = await bar.getAttribute("value");
  await pace.go();
  await jobAtEnd(api, jobId);
  await expect(bar).toHaveAttribute("value", known ?? "");
  await context.setOffline(false);
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  await expect(dialog.getByText("Connection lost")).toBeHidden();
});

test("a running job is asked for each second, one that is over never again", async ({ page, api, hold }) => {
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("job.getStatus") && asked.push(request.url()));
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.clock.install();
  await page.goto(`/projects/acme?job=${jobId}`);
  await expect(jobDialog(page).getByRole("progressbar")).toBeVisible();
  const before = asked.length;
  for (let second = 0; second < 5; second++) {
    const answered = page.waitForResponse(/job\.getStatus/);
    await page.clock.fastForward(1000);
    await answered;
  }
  expect(asked.length).toBeGreaterThanOrEqual(before + 5);

  await pace.go();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  const atEnd = asked.length;
  await page.clock.fastForward(120_000);
  await page.evaluate(() => fetch("/login"));
  expect(asked.length).toBe(atEnd);
});

test("a job that does not exist says so, with a way on", async ({ page }) => {
  await page.goto("/projects/acme?job=00000000-0000-4000-8000-000000000000");
  const dialog = page.getByRole("dialog", { name: "Job" });
  await expect(dialog.getByRole("alert")).toContainText("There is no such job.");
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
});
