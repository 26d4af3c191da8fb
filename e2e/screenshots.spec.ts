import path from "node:path";
import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import { acme, jobAtEnd, jobDialog, makeBackup, openExportDialog, start, unfold } from "@/e2e/tools/exports";
import { paceOf } from "@/e2e/tools/pace";
import { addGuest } from "@/e2e/tools/people";
import { addReader } from "@/e2e/tools/roles";
import { folder, openMenu, screens, shoot } from "@/e2e/tools/shoot";
import { addProject, addTenant, makeSchema } from "@/e2e/tools/tenant";

test.describe.configure({ mode: "serial" });

test.describe("signed out", () => {
  test.use(signedOut);
  test("sign-in", async ({ page }) => {
    await page.goto("/login");
    await shoot(page, "sign-in");
    await page.getByLabel("Email").fill("sam@example.org");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
    await shoot(page, "sign-in-refused");
  });
});

test("before the first backup", async ({ page, coffer }) => {
  await page.goto("/");
  await shoot(page, "overview-fresh");
  await page.goto("/projects/globex");
  await expect(page.getByText("There is no backup of this project yet.")).toBeVisible();
  await shoot(page, "project-empty");
  await enterAs(page, await addGuest(coffer));
  await page.goto("/");
  await expect(page.getByText("You are not a member of any project yet")).toBeVisible();
  await shoot(page, "overview-nobody");
});

test("an export", async ({ page, api, hold }) => {
  const form = await openExportDialog(page);
  await expect(form.getByText(/^About/)).toBeVisible();
  await shoot(page, "export-dialog");
  await unfold(form, "More options");
  await form.getByLabel("Storage path").fill("../x");
  await form.getByRole("button", { name: "Export backup" }).click();
  await expect(form.getByRole("alert")).toBeVisible();
  await shoot(page, "export-dialog-refused");
  const jobId = await start(api, acme, { description: "Before the release of 2.0", tags: ["release", "2.0"] });
  const pace = await hold(jobId);
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);
  await expect(dialog.getByText("product_images:")).toBeVisible();
  await shoot(page, "job-running");
  await unfold(dialog, "Tables");
  await shoot(page, "job-running-tables");
  await dialog.getByRole("button", { name: "Cancel export" }).click();
  await shoot(page, "job-cancel-question");
  await page.getByRole("button", { name: "Keep running" }).click();
  await dialog.getByRole("button", { name: "Run in background" }).click();
  await shoot(page, "project-running");
  await page.goto("/");
  await shoot(page, "overview-running");
  await pace.go();
  await expect(page.getByText("Backup of Acme Shop is ready")).toBeVisible();
  await shoot(page, "toast");
  await page.goto(`/projects/acme?job=${jobId}`);
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  await shoot(page, "job-finished");
});

test("an export that was cancelled, and ones that failed", async ({ page, coffer, api, hold }) => {
  const cancelled = await start(api, acme);
  await hold(cancelled);
  await api.job.cancel.mutate({ jobId: cancelled });
  await jobAtEnd(api, cancelled);
  await page.goto(`/projects/acme?job=${cancelled}`);
  await expect(page.getByText("Nothing was kept.")).toBeVisible();
  await shoot(page, "job-cancelled");

  const schema = await makeSchema(coffer, { tables: ["invoices", "orders"], megabytesEach: 1 });
  const { user, password } = await addReader(coffer, { schema, but: "invoices" });
  const { hostname, port } = coffer.addressOf("tenants");
  const connection = { host: hostname, port: Number(port), user, password, database: "tenants" };
  const { id } = await api.database.add.mutate({ name: "Accounting", connection });
  const project = await addProject(api, { databaseId: id, schema, name: "Bluebird Books" });
  await page.goto(`/projects/${project.slug}?job=${await start(api, project)}`);
  await expect(page.getByText("Export failed").first()).toBeVisible();
  await shoot(page, "job-failed");
  await page.goto(`/projects/${project.slug}`);
  await shoot(page, "project-failed");
});

test("a session that waits", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, {
    name: "Harbour Hotel",
    tables: ["bookings", "rooms"],
    megabytesEach: 20,
  });
  const jobId = await start(api, tenant);
  await paceOf(coffer.dataDir, jobId).slow(1_000_000);
  await page.goto(`/projects/${tenant.slug}?job=${jobId}`);
  await expect(jobDialog(page, tenant).getByText(/^bookings: /)).toBeVisible();
  const waiting = coffer.tenants.unsafe(`alter table ${tenant.schema}.rooms add column sea_view boolean`);
  const altered = waiting.then(() => true);
  await expect(page.getByText("Who waits for us (1)")).toBeVisible();
  await unfold(jobDialog(page, tenant), "Who waits for us");
  await shoot(page, "job-waiters");
  await api.job.cancel.mutate({ jobId });
  await altered;
});

test("pages with something on them", async ({ page, coffer, api }) => {
  await makeBackup(coffer, api, { slug: "globex", compression: "zstd" });
  const tags = ["handover"];
  const { backupId } = await makeBackup(coffer, api, {
    slug: "spaeti-24-7",
    format: "sql",
    tags,
    description: "For the tax office",
  });
  const pages = { overview: "/", projects: "/projects", project: "/projects/acme", activity: "/activity" };
  await coffer.control`insert into control_plane.databases (name, connection, unhealthy_since, problem)
    select 'eu-2', connection, now() - interval '3 hours', '10.4.0.12 cannot be reached: the connection was refused.'
    from control_plane.databases limit 1`;
  for (const [name, address] of Object.entries({
    ...pages,
    databases: "/databases",
    settings: "/projects/acme/settings",
  })) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await shoot(page, name, { whole: true });
  }
  await coffer.control`delete from control_plane.databases where name = 'eu-2'`;
  await page.goto(`/projects/spaeti-24-7/backups/${backupId}`);
  await shoot(page, "backup", { whole: true });
  await page.goto("/projects?q=nothing");
  await shoot(page, "projects-no-match");
  await page.goto("/no-such-page");
  await shoot(page, "not-found");
});

test("the other dialogs and menus", async ({ page }) => {
  await page.goto("/databases");
  await page.getByRole("button", { name: "Connect a database" }).click();
  await expect(page.getByLabel("Host")).toBeVisible();
  await shoot(page, "connect-database");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Add projects" }).first().click();
  await page.getByRole("checkbox", { name: "shared", exact: true }).check();
  await shoot(page, "add-projects");
  await page.keyboard.press("Escape");
  const menu = page
    .getByRole("main")
    .getByRole("button", { name: /^More for/ })
    .first();
  await shoot(page, "database-menu", { open: () => openMenu(page, menu) });
  await openMenu(page, menu);
  await page.getByRole("menuitem", { name: "Change connection" }).click();
  await expect(page.getByLabel("Host")).toBeVisible();
  await shoot(page, "change-database");
  await page.keyboard.press("Escape");
  await openMenu(page, menu);
  await page.getByRole("menuitem", { name: "Remove" }).click();
  await expect(page.getByRole("alertdialog").or(page.getByRole("dialog"))).toBeVisible();
  await shoot(page, "remove-database");
  await page.keyboard.press("Escape");
  const account = page.getByRole("button", { name: /^Account of/ });
  const changePassword = page.getByRole("menuitem", { name: "Change password" });
  await shoot(page, "account-menu", { open: () => openMenu(page, account) });
  await openMenu(page, account);
  await changePassword.click();
  await expect(page.getByLabel("Current password")).toBeVisible();
  await shoot(page, "change-password");
  await page.goto("/projects/acme");
  const more = page.getByRole("button", { name: /^More for/ }).first();
  await shoot(page, "backup-menu", { open: () => openMenu(page, more) });
  await page.setViewportSize(screens.narrow);
  await page.goto("/");
  await page.getByRole("button", { name: "Open menu" }).click();
  await page.screenshot({ path: path.join(folder, "drawer-narrow-light.png") });
});
