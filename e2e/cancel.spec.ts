import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { acme, countJobs, jobAtEnd, jobDialog, jobWhen, openJobId, start } from "@/e2e/tools/exports";
import { leftovers, nothing } from "@/e2e/tools/leftovers";

async function askToCancel(page: Page): Promise<Locator> {
  await jobDialog(page).getByRole("button", { name: "Cancel export" }).click();
  const question = page.getByRole("alertdialog", { name: "Cancel this export?" });
  await expect(question).toBeVisible();
  return question;
}

test("cancelling is asked once, and Enter keeps it running", async ({ page, api, hold }) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const question = await askToCancel(page);
  await expect(question.getByRole("button", { name: "Keep running" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(question).toBeHidden();
  await expect(jobDialog(page).getByRole("button", { name: "Cancel export" })).toBeFocused();
  await pace.go();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  expect((await api.job.getStatus.query({ jobId })).cancelRequestedAt).toBeNull();
});

test("a cancelled export leaves a receipt, and nothing else", async ({ page, coffer, api, hold }) => {
  const jobId = await start(api, acme);
  await hold(jobId);
  const before = await leftovers(coffer, jobId);
  expect(
    before.processes.some((command) => command.includes("pg_dump")),
    before.processes.join("; "),
  ).toBe(true);
  expect(before.backends.toSorted()).toEqual([1, `1:monitor`, `1:snapshot`].map((part) => `coffer:${jobId}:${part}`));
  expect(before.files).toEqual([`.partial/${jobId}.1`]);

  await page.goto(`/projects/acme?job=${jobId}`);
  const question = await askToCancel(page);
  await question.getByRole("button", { name: "Cancel export" }).click();
  const dialog = jobDialog(page);
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();

  expect(await leftovers(coffer, jobId)).toEqual(nothing);
  const names = await dialog.getByRole("term").allTextContents();
  expect(names).toEqual(["asked", "pg_dump ended", "files removed", "server released"]);
  const times = await dialog.getByRole("definition").allTextContents();
  expect(
    times.every((time) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(time)),
    `shown: ${times}`,
  ).toBe(true);
  expect(times).toEqual(times.toSorted());
  expect(await api.job.getStatus.query({ jobId })).toMatchObject({ status: "cancelled", backupId: null });
  await page.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByRole("row", { name: /Export cancelled/ }).first()).toBeVisible();
});

test("a cancelled export can be started again", async ({ page, coffer, guest, hold }) => {
  await enterAs(page, guest);
  const jobId = await start(guest.api, acme);
  await hold(jobId);
  await guest.api.job.cancel.mutate({ jobId });
  await jobAtEnd(guest.api, jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  await jobDialog(page).getByRole("button", { name: "Start again" }).click();
  await expect(page).not.toHaveURL(new RegExp(jobId));
  await expect(jobDialog(page).getByRole("button", { name: "Cancel export" })).toBeVisible();
  expect(await countJobs(coffer, guest)).toBe(2);
  await guest.api.job.cancel.mutate({ jobId: openJobId(page) });
});

test("a cancel that comes after the end is told so, and the backup stays", async ({ page, coffer, api, hold }) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const question = await askToCancel(page);
  // From now on the page learns nothing new.
  await page.route("**/api/trpc/job.getStatus**", (route) => route.abort());
  await pace.go();
  await jobAtEnd(api, jobId);
  await question.getByRole("button", { name: "Cancel export" }).click();
  await expect(question).toBeHidden();
  await page.unroute("**/api/trpc/job.getStatus**");
  await expect(jobDialog(page).getByText("The job was over before the cancel arrived")).toBeVisible();
  await expect(jobDialog(page).getByText("Backup ready")).toBeVisible();
  expect(await leftovers(coffer, jobId)).toEqual({ ...nothing, backups: 1 });
});

test("cancelling three times is as once, and what is over cannot be cancelled", async ({ api, hold }) => {
  const jobId = await start(api, acme);
  await hold(jobId);
  const tooLate = {
    message: "This job cannot be cancelled: it is already cancelled.",
    data: { code: "INVALID_JOB_STATUS", httpStatus: 409 },
  };
  const answers = await Promise.allSettled([1, 2, 3].map(() => api.job.cancel.mutate({ jobId })));
  expect(answers).toContainEqual({ status: "fulfilled", value: { jobId, status: "cancelling" } });
  // A worker may be done with it before the last of them arrives.
  for (const answer of answers) {
    if (answer.status === "fulfilled") expect(answer.value.status).toBe("cancelling");
    else expect(answer.reason).toMatchObject(tooLate);
  }
  await jobWhen(api, jobId, (job) => job.status === "cancelled");
  await expect(api.job.cancel.mutate({ jobId })).rejects.toMatchObject(tooLate);
});
