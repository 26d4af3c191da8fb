import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import type { Coffer } from "@/e2e/tools/coffer";
import { jobAtEnd, jobDialog, openJobId, type Subject, startInDialog, unfold } from "@/e2e/tools/exports";
import { leftovers, nothing } from "@/e2e/tools/leftovers";
import { unique } from "@/e2e/tools/people";
import { addReader, type Reader } from "@/e2e/tools/roles";
import { addTenant, makeSchema } from "@/e2e/tools/tenant";
import { misfortunes } from "@/e2e/tools/unlucky-pg-dump";

const small = { tables: ["invoices", "orders"], megabytesEach: 1 };

/** As an administrator does it who has a database and one schema in it. */
async function connectInBrowser(page: Page, { addressOf }: Coffer, { user, password }: Reader): Promise<string> {
  const name = `Second ${unique()}`;
  await page.goto("/databases");
  await page.getByRole("button", { name: "Connect a database" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect a database" });
  const values = { Name: name, Port: addressOf("tenants").port, Database: "tenants", User: user, Password: password };
  for (const [label, value] of Object.entries(values)) await dialog.getByLabel(label, { exact: true }).fill(value);
  await dialog.getByRole("button", { name: "Test connection" }).click();
  await expect(dialog.getByRole("status")).toContainText("The connection works");
  await dialog.getByRole("button", { name: "Connect database" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name })).toContainText(`${user}@127.0.0.1`);
  return name;
}

async function addProjectInBrowser(page: Page, at: { database: string; schema: string }): Promise<Subject> {
  const subject = { slug: `second-${unique()}`, name: `Second ${unique()}` };
  await page.getByRole("row", { name: at.database }).getByRole("button", { name: "Add projects" }).click();
  const dialog = page.getByRole("dialog", { name: "Add projects" });
  await dialog.getByRole("checkbox", { name: at.schema, exact: true }).check();
  await dialog.getByLabel(`Slug for ${at.schema}`).fill(subject.slug);
  await dialog.getByLabel(`Name for ${at.schema}`).fill(subject.name);
  await dialog.getByRole("button", { name: "Add 1 project" }).click();
  await expect(dialog).toBeHidden();
  return subject;
}

test("an export without the right to a table says which one, and succeeds once it has it", async ({
  page,
  coffer,
  api,
}) => {
  const schema = await makeSchema(coffer, small);
  const reader = await addReader(coffer, { schema, but: "orders" });
  const database = await connectInBrowser(page, coffer, reader);
  const subject = await addProjectInBrowser(page, { database, schema });

  await startInDialog(page, subject);
  const dialog = jobDialog(page, subject);
  await expect(dialog.getByText("Export failed", { exact: true })).toBeVisible();
  await expect(dialog.getByText(/^PostgreSQL refused: .*permission.* table orders\.$/)).toBeVisible();
  await expect(dialog.getByText("permission_denied")).toBeVisible();
  await expect(dialog.getByText(/Grant the database's user the right to read it/)).toBeVisible();
  await expect(dialog.getByRole("list", { name: "Steps" })).toContainText("failed here");
  const { requestId } = await api.job.getStatus.query({ jobId: openJobId(page) });
  await expect(dialog.getByText(requestId ?? "?")).toBeVisible();
  expect(await dialog.textContent()).not.toContain(reader.password);

  // Where somebody would look first, it comes first.
  await page.goto("/");
  const attention = page.getByRole("region", { name: "Needs attention" }).getByRole("listitem");
  const mine = attention.filter({ hasText: subject.name });
  await expect(mine).toContainText(/permission.* table orders/);
  await coffer.tenants.unsafe(`grant select on ${schema}.orders to ${reader.user}`);
  await mine.getByRole("button", { name: "Retry" }).click();
  const job = await page.waitForURL(/job=/).then(() => jobAtEnd(api, openJobId(page)));
  expect(job).toMatchObject({ status: "completed", tableCount: 2 });
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  await expect(mine).toBeHidden();
});

test("an export of a schema that was dropped says so, and succeeds once it is back", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, small);
  await coffer.tenants.unsafe(`alter schema ${tenant.schema} rename to ${tenant.schema}_away`);
  await startInDialog(page, tenant);
  const dialog = jobDialog(page, tenant);
  await expect(
    dialog.getByText(`The schema ${tenant.schema} does not exist in this database.`, { exact: true }),
  ).toBeVisible();
  await expect(dialog.getByText("schema_gone")).toBeVisible();
  await expect(dialog.getByText(/Bring it back, or point the project to its new name/)).toBeVisible();

  await coffer.tenants.unsafe(`alter schema ${tenant.schema}_away rename to ${tenant.schema}`);
  await dialog.getByRole("button", { name: "Retry" }).click();
  await expect(dialog.getByText("Backup ready")).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).last().click();
  const rows = page.getByRole("table", { name: "Backups" }).getByRole("row");
  await expect(rows.filter({ hasText: "Export failed" })).toHaveCount(1);
  await expect(rows.filter({ hasText: ".dump" })).toHaveCount(1);
});

test("what pg_dump says when it fails is shown, with its last lines", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, { ...small, schema: `tenant_${misfortunes.fails}_${unique()}` });
  await startInDialog(page, tenant);
  const dialog = jobDialog(page, tenant);
  await expect(dialog.getByText("tool_failed")).toBeVisible();
  await expect(dialog.getByText(/^pg_dump failed: .*could not read block 7/)).toBeVisible();
  await unfold(dialog, "Last lines of the tool");
  await expect(dialog.getByText('Dumping the contents of table "orders" failed')).toBeVisible();
});

test("a dump that was killed is tried again, and can be cancelled while it waits", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, { ...small, schema: `tenant_${misfortunes.dies}_${unique()}` });
  await startInDialog(page, tenant);
  const dialog = jobDialog(page, tenant);
  await expect(dialog.getByText("Attempt 1 of 3 failed. It will be tried again.")).toBeVisible();
  await expect(dialog.getByText("pg_dump was ended by SIGKILL.")).toBeVisible();
  await expectAccessible(page, "waiting for the next attempt");
  await dialog.getByRole("button", { name: "Cancel export" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel export" }).click();
  await expect(dialog.getByText("Nothing was kept.")).toBeVisible();
  expect(await leftovers(coffer, openJobId(page))).toEqual(nothing);
});

test("a database that does not let us in is not kept", async ({ page, coffer }) => {
  await page.goto("/databases");
  await page.getByRole("button", { name: "Connect a database" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect a database" });
  const name = `Wrong ${unique()}`;
  const values = { Name: name, Port: coffer.addressOf("tenants").port, Database: "tenants", User: "coffer_tenants" };
  for (const [label, value] of Object.entries({ ...values, Password: "wrong" }))
    await dialog.getByLabel(label, { exact: true }).fill(value);
  await dialog.getByRole("button", { name: "Connect database" }).click();
  await expect(dialog.getByRole("alert")).toContainText("PostgreSQL refused the sign-in");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("row", { name })).toBeHidden();
});
