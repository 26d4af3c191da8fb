import type { Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { makeBackup } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";
import { openMenu } from "@/e2e/tools/shoot";
import { addTenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 0.1 };
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });
const choose = async (page: Page, name: string, what: string) => {
  await openMenu(page, page.getByRole("button", { name: `More for ${name}` }));
  await page.getByRole("menuitem", { name: what }).click();
};

test("a schedule of all that match is made, runs at once, rests, changes and goes", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const name = `Nightly of ${tenant.slug}`;
  await page.goto("/schedules");
  await page.getByRole("button", { name: "Add schedule" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Pattern of slugs").fill(tenant.slug);
  await expect(dialog.getByText(`Matches 1 project now: ${tenant.slug}`)).toBeVisible();
  await expect(dialog.getByText("At 02:00, every day")).toBeVisible();
  await dialog.getByLabel("Rule").fill("* * * * *");
  await expect(dialog.getByRole("status")).toContainText("oftener than every 5 minutes");
  await expectAccessible(page, "a schedule with a mistake");
  await dialog.getByLabel("Preset").selectOption({ label: "Every Sunday" });
  await dialog.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await expect(dialog.getByRole("status")).toContainText("At 03:00, only on Sunday");
  await expect(dialog.getByRole("status")).toContainText(/Next: Sun, .* 03:00 · Sun, .* 03:00 · Sun, .* 03:00/);
  await dialog.getByText("More options").click();
  await dialog.getByLabel("Heartbeat address").fill("https://monitor.example.org/secret");
  await expectAccessible(page, "a new schedule");
  await dialog.getByRole("button", { name: "Add schedule" }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, name)).toContainText("Has not run yet");

  await choose(page, name, "Run now");
  await expect(page.getByText("Started 1 backup.")).toBeVisible();
  await expect(row(page, name)).toContainText(/Running|Backup made/);
  await expect(row(page, name), "by itself").toContainText("Backup made");
  await expectAccessible(page, "schedules");
  const { items } = await api.backup.listBackups.query({ projectId: tenant.slug });
  expect(items).toMatchObject([{ type: "scheduled" }]);

  await choose(page, name, "Pause");
  await expect(row(page, name)).toContainText("Paused");
  await choose(page, name, "Resume");
  await expect(row(page, name)).not.toContainText("Paused");
  await choose(page, name, "Change");
  await expect(dialog.getByLabel("Rule")).toHaveValue("0 3 * * 0");
  await dialog.getByLabel("Preset").selectOption({ label: "Every hour" });
  await dialog.getByText("More options").click();
  await expect(dialog.getByLabel("Heartbeat address")).toHaveAttribute("placeholder", /monitor\.example\.org/);
  await dialog.getByLabel("Call monitor.example.org no more").check();
  await dialog.getByRole("button", { name: "Save schedule" }).click();
  await expect(dialog).toBeHidden();
  await expect(row(page, name)).toContainText("Every hour");

  await page.goto(`/projects/${tenant.slug}/schedules`);
  await expect(row(page, name)).toBeVisible();
  await expectAccessible(page, "a project's schedules");
  await choose(page, name, "Delete");
  await expect(page.getByRole("button", { name: "Keep schedule" })).toBeFocused();
  await page.getByRole("button", { name: "Delete schedule" }).click();
  await expect(page.getByText("No schedule backs this project up.")).toBeVisible();
});

test("who manages and exports one project schedules that one; who does not, less", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["manage", "export"] } }));
  await page.goto(`/projects/${tenant.slug}/schedules`);
  await page.getByRole("button", { name: "Add schedule" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Project", { exact: true })).toHaveValue(tenant.slug);
  await expect(dialog.getByLabel("Pattern of slugs")).toHaveCount(0);
  await dialog.getByLabel("Name").fill(`Own ${tenant.slug}`);
  await dialog.getByRole("button", { name: "Add schedule" }).click();
  await expect(row(page, `Own ${tenant.slug}`)).toContainText("Has not run yet");
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["manage"] } }));
  await page.goto("/schedules");
  await expect(row(page, `Own ${tenant.slug}`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add schedule" })).toHaveCount(0);
  await openMenu(page, page.getByRole("button", { name: `More for Own ${tenant.slug}` }));
  await expect(page.getByRole("menuitem")).toHaveText(["Pause", "Delete"]);
  await page.getByRole("menuitem", { name: "Pause" }).click();
  await expect(row(page, `Own ${tenant.slug}`)).toContainText("Paused");
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } }));
  await page.goto(`/projects/${tenant.slug}/schedules`);
  await expect(row(page, `Own ${tenant.slug}`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add schedule" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /^More for Own/ })).toHaveCount(0);
});

test("a new schema is proposed, and becomes a project or is ignored", async ({ page, coffer, api }) => {
  const made = `tenant_found${Date.now().toString(36)}`;
  await coffer.tenants.unsafe(`create schema ${made}_a; create schema ${made}_b`);
  await page.goto("/databases");
  // Other tests register the same server a second time.
  const found = (name: string) =>
    page.getByRole("table", { name: "New schemas of Built-in" }).getByRole("row").filter({ hasText: name });
  await expect(found(`${made}_a`)).toBeVisible();
  await expectAccessible(page, "databases with new schemas");
  await found(`${made}_b`)
    .getByRole("button", { name: /^Ignore/ })
    .click();
  await expect(found(`${made}_b`)).toHaveCount(0);
  await found(`${made}_a`)
    .getByRole("button", { name: /^Add project/ })
    .click();
  await expect(found(`${made}_a`)).toHaveCount(0);
  const projects = await api.project.list.query();
  expect(projects.filter(({ schemaName }) => schemaName.startsWith(made)).map(({ schemaName }) => schemaName)).toEqual([
    `${made}_a`,
  ]);
  await page.getByRole("button", { name: "Settings of Built-in" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Exports at a time")).toHaveValue("2");
  await expectAccessible(page, "a database's settings");
  await dialog.getByRole("checkbox", { name: `${made}_b` }).uncheck();
  await dialog.getByRole("button", { name: "Save settings" }).click();
  await expect(dialog).toBeHidden();
  await page.reload();
  await expect(found(`${made}_b`)).toBeVisible();
});

test("the overview tells what runs next, and whose last backup is too old", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, tiny);
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  await coffer.control`update control_plane.backups set created_at = now() - interval '9 days' where id = ${backupId}`;
  const name = `Soon of ${tenant.slug}`;
  // The very next slot of all: five are shown.
  const { id } = await api.schedule.create.mutate({ name, projectId: tenant.slug, cron: "*/5 * * * *" });
  await page.goto("/");
  const next = page.getByRole("table", { name: "Next runs" }).getByRole("row").filter({ hasText: name });
  await expect(next).toContainText(tenant.name);
  await expect(next).toContainText("Has not run yet");
  await api.schedule.pause.mutate({ scheduleId: id });
  const stale = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem");
  await expect(stale.filter({ hasText: tenant.name })).toContainText("more than a week old");
  await expectAccessible(page, "the overview with a schedule and a stale project");
  await page.reload();
  await expect(next).toHaveCount(0);
  await stale
    .filter({ hasText: tenant.name })
    .getByRole("button", { name: /^Export/ })
    .click();
  await expect(page.getByRole("dialog")).toContainText(tenant.name);
});
