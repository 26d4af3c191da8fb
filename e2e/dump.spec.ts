import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { codeIn, dumpFile } from "@/e2e/tools/dump-file";
import { jobAtEnd, openJobId } from "@/e2e/tools/exports";
import { unique } from "@/e2e/tools/people";

test("a dump from elsewhere becomes a project; one with code in it only if that is allowed", async ({
  page,
  api,
  coffer,
}) => {
  const name = `hotel${unique()}`;
  await page.goto("/projects");
  await page.getByRole("button", { name: "From a dump file" }).click();
  const dialog = page.getByRole("dialog", { name: "New project from a dump file" });
  await dialog.getByLabel("Dump file").setInputFiles(dumpFile(name, { withCode: true }));
  await expect(dialog.getByLabel("Slug")).toHaveValue(name);
  await expect(dialog.getByLabel("Schema")).toHaveValue(`tenant_${name}`);
  await expectAccessible(page, "the dialog of a dump");
  await dialog.getByRole("button", { name: "Upload and restore" }).click();
  const job = page.getByRole("dialog", { name: /^Restore of a dump of Hotel/ });
  const refusal = `This dump holds functions or triggers: ${codeIn("stranger")}`;
  await expect(job.getByText(refusal, { exact: true })).toBeVisible();
  await expectAccessible(page, "a dump that was refused");
  await job.getByRole("button", { name: "Close" }).last().click();

  await page.getByRole("button", { name: "From a dump file" }).click();
  await dialog.getByLabel("Dump file").setInputFiles(dumpFile(name, { withCode: true }));
  await dialog.getByLabel("Name").fill("Grand Hotel");
  await dialog.getByLabel("Allow functions and triggers").check();
  await dialog.getByRole("button", { name: "Upload and restore" }).click();
  const done = page.getByRole("dialog", { name: "Restore of a dump of Grand Hotel" });
  await expect(done).toBeVisible();
  expect(await jobAtEnd(api, openJobId(page))).toMatchObject({ status: "completed", rowsDone: 2 });
  await expect(done.getByText("2 rows in 1 table came out of the dump.")).toBeVisible();
  await done.getByRole("link", { name: "Open project" }).click();
  await expect(page.getByRole("heading", { name: "Grand Hotel" })).toBeVisible();
  const rows = await coffer.tenants.unsafe(`select name from tenant_${name}.rooms order by id`);
  expect(rows.map((row) => row.name)).toEqual(["Kitchen", "Cellar"]);
  const owners = await coffer.tenants.unsafe(
    `select relowner::regrole::text as owner from pg_class where oid = 'tenant_${name}.rooms'::regclass`,
  );
  expect(owners[0]?.owner).toBe("coffer_tenants");
});

test("a file that is no dump says so", async ({ page, api }) => {
  await page.goto("/projects");
  await page.getByRole("button", { name: "From a dump file" }).click();
  const dialog = page.getByRole("dialog", { name: "New project from a dump file" });
  const name = `notes-${unique()}.txt`;
  await dialog
    .getByLabel("Dump file")
    .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from("Buy milk.") });
  await dialog.getByRole("button", { name: "Upload and restore" }).click();
  const job = page.getByRole("dialog", { name: /^Restore of a dump of Notes/ });
  await expect(job).toBeVisible();
  expect(await jobAtEnd(api, openJobId(page))).toMatchObject({ status: "failed" });
  await expect(job.getByText("This file is no dump by pg_dump.", { exact: true })).toBeVisible();
});
