import { expect, test } from "@/e2e/fixtures";
import { connect } from "@/e2e/tools/coffer";
import { jobDialog, jobWhen, start } from "@/e2e/tools/exports";
import { paceOf } from "@/e2e/tools/pace";
import { addTenant } from "@/e2e/tools/tenant";

test("a session that waits for our locks is shown while the dump runs, and goes on with a cancel", async ({
  page,
  coffer,
  api,
}) => {
  const tenant = await addTenant(coffer, api, { tables: ["bookings", "rooms"], megabytesEach: 20 });
  const jobId = await start(api, tenant);
  await paceOf(coffer.dataDir, jobId).slow(1_000_000);
  await jobWhen(api, jobId, (job) => job.currentTable !== null);
  await page.goto(`/projects/${tenant.slug}?job=${jobId}`);
  const dialog = jobDialog(page, tenant);
  await dialog.getByText("Who waits for us (0)").click();
  await expect(dialog.getByText("Nobody.")).toBeVisible();

  // Another role than ours sees less of the sessions, and has to be seen all the same.
  const [owner, superuser] = [connect(coffer.addressOf("tenants", "tenants")), connect(coffer.addressOf("tenants"))];
  const statement = `alter table ${tenant.schema}.rooms add column sea_view boolean`;
  let altered = 0;
  const altering = owner.unsafe(statement).then(() => altered++);
  await expect(dialog.getByText("Who waits for us (1)")).toBeVisible();
  await expect(dialog.getByText(/^coffer_tenants \(e2e\), process \d+, for \d+ s$/)).toBeVisible();
  await expect(dialog.getByText(statement)).toBeVisible();
  await expect(dialog.getByText("1 session waits for a lock that this export holds.")).toBeVisible();
  const other = superuser.unsafe(`alter table ${tenant.schema}.bookings add column paid_on date`).then(() => altered++);
  await expect(dialog.getByText("Who waits for us (2)")).toBeVisible();
  await expect(dialog.getByText(/^coffer_admin \(e2e\), process \d+/)).toBeVisible();
  expect(altered).toBe(0);

  await dialog.getByRole("button", { name: "Cancel export" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel export" }).click();
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  await Promise.all([altering, other]);
  await Promise.all([owner.end(), superuser.end()]);
});
