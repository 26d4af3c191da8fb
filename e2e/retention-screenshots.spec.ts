import { expect, test } from "@/e2e/fixtures";
import type { Coffer } from "@/e2e/tools/coffer";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { openMenu, shoot } from "@/e2e/tools/shoot";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

test.describe.configure({ mode: "serial" });

/** Lets what a project has done lie so many days back, the newest first. */
const spread = ({ control }: Coffer, { slug }: Pick<Tenant, "slug">, everyHours: number) => control`
  with numbered as (
    select j.id, row_number() over (order by j.created_at desc) - 1 as n from control_plane.jobs j
    join control_plane.projects p on p.id = j.project_id where p.slug = ${slug}),
  moved as (
    update control_plane.jobs j set created_at = created_at - make_interval(hours => (n * ${everyHours})::int),
      started_at = started_at - make_interval(hours => (n * ${everyHours})::int) - make_interval(secs => (n % 3)::int),
      finished_at = finished_at - make_interval(hours => (n * ${everyHours})::int)
    from numbered where numbered.id = j.id)
  update control_plane.backups b set created_at = created_at - make_interval(hours => (n * ${everyHours})::int)
  from numbered where numbered.id = b.job_id`;

test("backups of many days, their cleanup and their statistics", async ({ page, coffer, api }) => {
  test.setTimeout(300_000);
  const tenant = await addTenant(coffer, api, {
    name: "Harbour Hotel",
    tables: ["bookings", "rooms"],
    megabytesEach: 2,
  });
  for (let n = 0; n < 22; n++) {
    if (n % 9 === 4) {
      await coffer.tenants.unsafe(`alter schema ${tenant.schema} rename to ${tenant.schema}_away`);
      await jobAtEnd(api, await start(api, tenant));
      await coffer.tenants.unsafe(`alter schema ${tenant.schema}_away rename to ${tenant.schema}`);
    }
    const tags = n === 12 ? ["2.0", "handover"] : [];
    const { backupId } = await makeBackup(coffer, api, {
      slug: tenant.slug,
      tags,
      compression: n % 2 ? "zstd" : "gzip",
    });
    if (n === 12) await api.backup.change.mutate({ backupId, pinned: true, description: "Before the move to 2.0" });
    await coffer.tenants.unsafe(`insert into ${tenant.schema}.bookings
      select i, repeat(md5(i::text), 30) from generate_series(${(n + 3) * 1000}, ${(n + 3) * 1000 + (n % 4) * 200}) i`);
  }
  await makeBackup(coffer, api, { slug: "lunaria", compression: "zstd" });
  await spread(coffer, tenant, 29);

  await page.goto(`/projects/${tenant.slug}`);
  await shoot(page, "project-history", { whole: true });
  const pinned = page.getByRole("row").filter({ hasText: "Pinned" });
  const more = pinned.getByRole("button", { name: /^More for/ });
  await shoot(page, "backup-menu-manage", { open: () => openMenu(page, more) });
  await openMenu(page, more);
  await page.getByRole("menuitem", { name: "Edit description and tags" }).click();
  await expect(page.getByRole("dialog").getByLabel("Tags")).toBeVisible();
  await shoot(page, "backup-describe");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await pinned.getByRole("link").click();
  await expect(page.getByText("Restore with")).toBeVisible();
  await shoot(page, "backup-pinned");

  await page.goto(`/projects/${tenant.slug}`);
  await page.getByRole("button", { name: "Clean up backups" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("The newest")).toBeFocused();
  await shoot(page, "cleanup-rules");
  await dialog.getByLabel("The newest").press("Enter");
  await expect(dialog.getByText(/backups go/)).toBeVisible();
  await shoot(page, "cleanup-plan");
  await api.backup.change.mutate({ backupId: await newestThatGoes(), tags: [], pinned: true });
  await dialog.getByRole("button", { name: /^Delete/ }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await shoot(page, "cleanup-changed");
  await page.keyboard.press("Escape");

  for (const [name, address] of [
    ["statistics", "/statistics"],
    ["statistics-project", `/projects/${tenant.slug}/statistics`],
    ["statistics-quarter", `/projects/${tenant.slug}/statistics?days=90`],
    ["statistics-none", "/projects/globex/statistics"],
  ] as const) {
    await page.goto(address);
    await expect(page.getByText("Storage used")).toBeVisible();
    const numbers = page.getByText("The same in numbers");
    if (name === "statistics-project") await numbers.click();
    await shoot(page, name, { whole: true });
  }
  await page.goto("/statistics");
  await page.getByRole("button", { name: "Clean up backups" }).click();
  await dialog.getByLabel("The newest").press("Enter");
  await expect(dialog.getByText(/backups go/)).toBeVisible();
  await shoot(page, "cleanup-plan-all");
  await dialog.getByRole("button", { name: /^Delete/ }).click();
  await expect(dialog.getByText(/backups deleted/)).toBeVisible();
  await shoot(page, "cleanup-done");

  await coffer.tenants.unsafe(`delete from ${tenant.schema}.bookings where id > 250`);
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  for (const [name, address] of [
    ["overview-fallen", "/"],
    ["projects-fallen", "/projects"],
    ["history-fallen", `/projects/${tenant.slug}`],
    ["backup-fallen", `/projects/${tenant.slug}/backups/${backupId}`],
  ] as const) {
    await page.goto(address);
    await expect(page.getByText(/% fewer rows/).first()).toBeVisible();
    await shoot(page, name);
  }

  async function newestThatGoes(): Promise<string> {
    const plan = await api.cleanup.run.mutate({
      projectId: tenant.slug,
      keepCount: 7,
      keepWeekly: 4,
      keepMonthly: 12,
      dryRun: true,
    });
    return plan.deleted[0]?.id ?? "";
  }
});
