import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { jobAtEnd, makeBackup, openJobId } from "@/e2e/tools/exports";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

const dialogOf = (page: Page) => page.getByRole("dialog", { name: "Restore this backup" });

async function openRestore(page: Page, { slug }: Tenant, backupId: string) {
  await page.goto(`/projects/${slug}/backups/${backupId}`);
  await page.getByRole("button", { name: "Restore", exact: true }).click();
  await expect(dialogOf(page)).toBeVisible();
  return dialogOf(page);
}

test("a restore shows what it would change, wants the slug typed, and can be undone", async ({ page, api, coffer }) => {
  const tenant = await addTenant(coffer, api, { tables: ["rooms", "guests"], megabytesEach: 1 });
  const { schema, slug } = tenant;
  const { backupId } = await makeBackup(coffer, api, { slug });
  await coffer.tenants.unsafe(`delete from ${schema}.guests; create table ${schema}.newer (id int); analyze ${schema}.guests;
    alter table ${schema}.newer owner to coffer_tenants`);
  const guests = async () => (await coffer.tenants.unsafe(`select count(*)::int as n from ${schema}.guests`))[0]?.n;

  const dialog = await openRestore(page, tenant, backupId);
  const report = dialog.getByRole("list", { name: "Pre-flight report" });
  await expect(report.getByText("What is lost")).toBeVisible();
  await expect(report.getByText("newer")).toBeVisible();
  await dialog.getByText(/What changes in/).click();
  await expect(dialog.getByRole("row", { name: /guests/ })).toContainText("1,000");
  await expect(dialog.getByRole("row", { name: /newer/ })).toContainText("goes");
  const restore = dialog.getByRole("button", { name: "Restore backup" });
  await expect(restore).toBeDisabled();
  await dialog.getByLabel(/^Type /).fill("another");
  await expect(restore).toBeDisabled();
  await expectAccessible(page, "the restore dialog");
  expect(await guests()).toBe(0);

  await dialog.getByLabel(/^Type /).fill(slug);
  await restore.click();
  const running = page.getByRole("dialog", { name: `Restore of ${tenant.name}` });
  await expect(running).toBeVisible();
  expect(await jobAtEnd(api, openJobId(page))).toMatchObject({ status: "completed" });
  await expect(running.getByText("Restored", { exact: true })).toBeVisible();
  await expect(running.getByText("2,000 rows came back.")).toBeVisible();
  await expect(running.getByRole("link", { name: "Its safety backup" })).toBeVisible();
  await expectAccessible(page, "a restore that is done");
  expect(await guests()).toBe(1000);

  await running.getByRole("link", { name: "Open project" }).click();
  await expect(page.getByText(/What was there before is dropped in 24 h/)).toBeVisible();
  await expectAccessible(page, "a project that was restored");
  await page.getByRole("button", { name: "Undo" }).click();
  const question = page.getByRole("alertdialog", { name: "Undo this restore?" });
  await expectAccessible(page, "the question before an undo");
  await question.getByRole("button", { name: "Undo restore" }).click();
  const undoing = page.getByRole("dialog", { name: `Undo of a restore of ${tenant.name}` });
  await expect(undoing.getByText("Undone")).toBeVisible();
  await undoing.getByRole("button", { name: "Close" }).last().click();
  await expect(page.getByText(/What was there before is dropped in 24 h/)).toBeHidden();
  expect(await guests()).toBe(0);
  expect(await coffer.tenants.unsafe(`select to_regclass('${schema}.newer') is not null as there`)).toEqual([
    { there: true },
  ]);
});

test("what stands in the way is said first, and then nothing can be restored", async ({ page, api, coffer }) => {
  const tenant = await addTenant(coffer, api, { tables: ["rooms"], megabytesEach: 1 });
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  await coffer.tenants.unsafe(`create schema outside_${tenant.schema};
    create materialized view outside_${tenant.schema}.copied as select * from ${tenant.schema}.rooms`);
  const dialog = await openRestore(page, tenant, backupId);
  const first = dialog.getByRole("list", { name: "Pre-flight report" }).getByRole("listitem").first();
  await expect(first).toContainText("Used by others");
  await expect(first).toContainText("copied");
  await expect(dialog.getByRole("button", { name: "Restore backup" })).toBeDisabled();
  await expect(dialog.getByLabel(/^Type /)).toBeHidden();
});

test("an export that is asked for during a restore waits for it, and says so", async ({ page, api, coffer }) => {
  const tenant = await addTenant(coffer, api, { tables: ["rooms"], megabytesEach: 1 });
  const { slug, schema } = tenant;
  const { backupId } = await makeBackup(coffer, api, { slug });
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}.rooms in share mode`);
    const { jobId } = await api.restore.start.mutate({ backupId, confirm: slug, createSafetyBackup: false });
    await expect
      .poll(async () => (await api.job.getStatus.query({ jobId })).progress?.blockers.length)
      .toBeGreaterThan(0);
    await page.goto(`/projects/${slug}?job=${jobId}`);
    await expect(page.getByText("Putting it in place").first()).toBeVisible();
    const later = await api.export.startExport.mutate({ projectId: slug, format: "custom" });
    await page.goto(`/projects/${slug}?job=${later.jobId}`);
    await expect(page.getByText("Waiting for the restore of this project to end").first()).toBeVisible();
    await tx.unsafe("rollback");
    expect(await jobAtEnd(api, jobId)).toMatchObject({ status: "completed" });
    expect(await jobAtEnd(api, later.jobId)).toMatchObject({ status: "completed" });
  });
});

test("the rows of one table come back, and the rest stays as it is", async ({ page, api, coffer }) => {
  const tenant = await addTenant(coffer, api, { tables: ["rooms", "guests"], megabytesEach: 1 });
  const { schema, slug } = tenant;
  const { backupId } = await makeBackup(coffer, api, { slug });
  await coffer.tenants.unsafe(`delete from ${schema}.guests where id > 10; delete from ${schema}.rooms where id > 20`);
  const counts = async () => {
    const [row] = await coffer.tenants.unsafe(`select (select count(*)::int from ${schema}.guests) as guests,
      (select count(*)::int from ${schema}.rooms) as rooms`);
    return { ...row };
  };
  const dialog = await openRestore(page, tenant, backupId);
  await dialog.getByLabel("What", { exact: true }).selectOption({ label: "The rows of chosen tables" });
  await expect(dialog.getByRole("button", { name: "Restore backup" })).toBeDisabled();
  await dialog.getByRole("checkbox", { name: /guests/ }).check();
  await expect(dialog.getByText("The backup holds rows of all the tables that were chosen.")).toBeVisible();
  await expectAccessible(page, "the choice of tables");
  await dialog.getByLabel(/^Type /).fill(slug);
  await dialog.getByRole("button", { name: "Restore backup" }).click();
  await expect(page.getByRole("dialog", { name: `Restore of ${tenant.name}` })).toBeVisible();
  const jobId = openJobId(page);
  expect(await jobAtEnd(api, jobId)).toMatchObject({ status: "completed" });
  expect(await counts()).toEqual({ guests: 1000, rooms: 20 });
  const undo = await api.restore.undo.mutate({ jobId });
  expect(await jobAtEnd(api, undo.jobId)).toMatchObject({ status: "completed" });
  expect(await counts()).toEqual({ guests: 10, rooms: 20 });
});
