import { enterAs, expect, test } from "@/e2e/fixtures";
import { jobAtEnd, jobDialog, makeBackup, start, startInDialog } from "@/e2e/tools/exports";
import { addGuest } from "@/e2e/tools/people";

const lunaria = { slug: "lunaria", name: "Lunaria Astrology" };
const fast = { compression: "zstd" } as const;

test("a member with the permission exports, cancels and downloads", async ({ page, coffer }) => {
  const member = await addGuest(coffer, { permissions: { lunaria: ["export"] } });
  await enterAs(page, member);
  await startInDialog(page, lunaria);
  await expect(jobDialog(page, lunaria).getByText("Backup ready")).toBeVisible();
  const downloading = page.waitForEvent("download");
  await jobDialog(page, lunaria).getByRole("button", { name: "Download" }).click();
  expect((await downloading).suggestedFilename()).toMatch(/^lunaria_.*\.dump\.gz$/);
});

test("a member without the permission sees the backups but no way to make one", async ({ page, coffer, api }) => {
  const { filename } = await makeBackup(coffer, api, { slug: "lunaria", ...fast });
  const member = await addGuest(coffer, { permissions: { lunaria: [] } });
  await enterAs(page, member);
  for (const path of ["/", "/projects", "/projects/lunaria"]) {
    await page.goto(path);
    await expect(page.getByRole("main").getByText("Lunaria Astrology").first()).toBeVisible();
    await expect(page.getByRole("button", { name: /^Export/ })).toHaveCount(0);
  }
  await expect(page.getByRole("link", { name: filename })).toBeVisible();
  await expect(page.getByRole("link", { name: "Databases" })).toBeHidden();
  await expect(start(member.api, lunaria)).rejects.toMatchObject({
    message: "You need the permission to export in this project. Ask an administrator for it.",
    data: { code: "PERMISSION_DENIED", httpStatus: 403 },
  });
});

test("for who is no member, the project does not exist", async ({ page, coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, { slug: "lunaria", ...fast });
  const stranger = await addGuest(coffer, { permissions: { acme: ["export"] } });
  const missing = { data: { httpStatus: 404 } };
  await expect(start(stranger.api, lunaria)).rejects.toMatchObject(missing);
  await expect(stranger.api.project.get.query({ projectId: "lunaria" })).rejects.toMatchObject(missing);
  await expect(stranger.api.backup.get.query({ backupId })).rejects.toMatchObject(missing);
  await expect(stranger.api.backup.createLink.mutate({ backupId })).rejects.toMatchObject(missing);
  await expect(stranger.api.backup.listBackups.query({ projectId: "lunaria" })).rejects.toMatchObject(missing);
  expect((await stranger.api.project.list.query()).map(({ slug }) => slug)).toEqual(["acme"]);
  const { items } = await stranger.api.backup.listBackups.query({});
  expect(items.filter(({ projectSlug }) => projectSlug !== "acme")).toEqual([]);

  await enterAs(page, stranger);
  for (const path of ["/projects/lunaria", `/projects/lunaria/backups/${backupId}`, "/databases", "/no-such-page"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  }
});

test("what an administrator may do, a member may not", async ({ coffer, api }) => {
  const member = await addGuest(coffer, { permissions: { lunaria: ["export"] } });
  const [database] = await api.database.list.query();
  const databaseId = database?.id ?? "";
  const connection = { host: "127.0.0.1", user: "x", password: "x", database: "x" };
  const refused = { data: { code: "PERMISSION_DENIED", httpStatus: 403 } };
  await expect(member.api.database.list.query()).rejects.toMatchObject(refused);
  await expect(member.api.database.test.mutate(connection)).rejects.toMatchObject(refused);
  await expect(member.api.database.add.mutate({ name: "x", connection })).rejects.toMatchObject(refused);
  await expect(member.api.project.discover.query({ databaseId })).rejects.toMatchObject(refused);
  const projects = [{ schemaName: "shared", slug: "shared", name: "Shared" }];
  await expect(member.api.project.add.mutate({ databaseId, projects })).rejects.toMatchObject(refused);
  await expect(member.api.project.rename.mutate({ projectId: "lunaria", name: "x" })).rejects.toMatchObject(refused);
});

test("somebody else's job is nobody's business in the same project, and does not exist outside of it", async ({
  coffer,
  api,
}) => {
  const jobId = await start(api, lunaria, fast);
  const colleague = await addGuest(coffer, { permissions: { lunaria: ["export"] } });
  const stranger = await addGuest(coffer, { permissions: { acme: ["export"] } });
  const forbidden = { data: { code: "PERMISSION_DENIED", httpStatus: 403 } };
  const missing = { data: { code: "JOB_NOT_FOUND", httpStatus: 404 } };
  await expect(colleague.api.job.getStatus.query({ jobId })).rejects.toMatchObject(forbidden);
  await expect(colleague.api.job.cancel.mutate({ jobId })).rejects.toMatchObject({
    data: { code: "UNAUTHORIZED_CANCELLATION", httpStatus: 403 },
  });
  for (const ask of [stranger.api.job.getStatus.query, stranger.api.job.cancel.mutate, stranger.api.job.retry.mutate])
    await expect(ask({ jobId })).rejects.toMatchObject(missing);
  expect(await jobAtEnd(api, jobId)).toMatchObject({ status: "completed" });
});
