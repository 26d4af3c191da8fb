import { expect, test } from "@/e2e/fixtures";
import { openMenu, shoot } from "@/e2e/tools/shoot";

// Its schedules back up the large demo tenants too.
test.describe.configure({ mode: "serial", timeout: 400_000 });

test("schedules", async ({ page, coffer, api }) => {
  await page.goto("/schedules");
  await expect(page.getByText("There is no schedule yet.")).toBeVisible();
  await shoot(page, "schedules-empty");
  await page.getByRole("button", { name: "Add schedule" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("At 02:00, every day")).toBeVisible();
  await expect(dialog.getByText(/^Matches/)).toBeVisible();
  await shoot(page, "schedule-form");
  await dialog.getByLabel("Rule").fill("0 0 30 2 *");
  await expect(dialog.getByRole("status")).toContainText("never runs");
  await dialog.getByLabel("Name").fill("Nightly");
  await shoot(page, "schedule-form-never");
  await page.keyboard.press("Escape");
  const common = { timeZone: "Europe/Berlin", options: { format: "custom" } } as const;
  const all = await api.schedule.create.mutate({
    ...common,
    name: "Every night",
    pattern: "*",
    cron: "0 2 * * *",
    spreadSeconds: 3600,
    retention: { keepDaily: 7 },
  });
  const acme = await api.schedule.create.mutate({
    ...common,
    name: "Acme before the morning rush",
    projectId: "acme",
    cron: "30 6 * * 1-5",
  });
  const rest = await api.schedule.create.mutate({
    ...common,
    name: "Quarterly copy for the auditors",
    pattern: "globex*",
    cron: "0 3 1 1,4,7,10 *",
  });
  await api.schedule.pause.mutate({ scheduleId: rest.id });
  for (const { id } of [all, acme]) await api.schedule.runNow.mutate({ scheduleId: id });
  await expect(async () => {
    const runs = await api.schedule.list.query({});
    expect(runs.every(({ lastRun }) => !lastRun?.unfinished)).toBe(true);
  }).toPass();
  await coffer.control`update control_plane.jobs set status = 'failed', error_message = 'PostgreSQL refused: no permission on table invoices.'
    where id = (select job_id from control_plane.schedule_runs where schedule_id = ${acme.id})`;
  await page.reload();
  await expect(page.getByText("Paused")).toBeVisible();
  await shoot(page, "schedules");
  await openMenu(page, page.getByRole("button", { name: "More for Every night" }));
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await shoot(page, "schedule-delete");
  await page.goto("/projects/acme/schedules");
  await expect(page.getByText("Acme before the morning rush")).toBeVisible();
  await shoot(page, "project-schedules");
});

test("new schemas", async ({ page, coffer }) => {
  await coffer.tenants.unsafe(
    `create schema tenant_initech; create table tenant_initech.notes (id int); create schema tenant_hooli`,
  );
  await page.goto("/databases");
  await expect(page.getByRole("cell", { name: "tenant_initech", exact: true })).toBeVisible();
  await shoot(page, "databases-new-schemas", { whole: true });
  await page
    .getByRole("row")
    .filter({ hasText: "tenant_hooli" })
    .getByRole("button", { name: /^Ignore/ })
    .click();
  await expect(page.getByRole("cell", { name: "tenant_hooli", exact: true })).toHaveCount(0);
  await page
    .getByRole("button", { name: /^Settings of/ })
    .first()
    .click();
  await expect(page.getByRole("dialog").getByText("Ignored schemas")).toBeVisible();
  await shoot(page, "database-settings");
});
