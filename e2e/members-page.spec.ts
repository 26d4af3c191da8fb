import type { Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { addGuest, addPerson } from "@/e2e/tools/people";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

const row = (page: Page, name: string) =>
  page.getByRole("table", { name: "Members" }).getByRole("row").filter({ hasText: name });

const newTenant = (coffer: Coffer, api: Api): Promise<Tenant> =>
  addTenant(coffer, api, { tables: ["notes"], megabytesEach: 1 });

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("menuitem", { name: action }).click();
}

test("a person is added, gets another permission, and is removed", async ({ page, coffer, api }) => {
  const tenant = await newTenant(coffer, api);
  const person = await addGuest(coffer);
  await page.goto(`/projects/${tenant.slug}`);
  await page.getByRole("link", { name: "Members" }).click();
  await expect(page.getByText("Nobody is a member of this project")).toBeVisible();
  await expect(page.getByText("Administrators may do everything, listed here or not.")).toBeVisible();

  await page.getByRole("button", { name: "Add member" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a member" });
  await expect(dialog.getByLabel("Person")).toBeFocused();
  await dialog.getByLabel("Person").selectOption({ label: `${person.name} (${person.email})` });
  await dialog.getByRole("button", { name: "Add member" }).click();
  await expect(row(page, person.name).getByRole("cell").nth(2)).toHaveText("Export");
  expect((await person.api.project.get.query({ projectId: tenant.slug })).permissions).toEqual(["export"]);
  // Whoever is in it cannot be added again.
  expect((await api.member.candidates.query({ projectId: tenant.slug })).map(({ id }) => id)).not.toContain(person.id);

  await choose(page, person.name, "Change permissions");
  const permissions = page.getByRole("dialog", { name: `Permissions of ${person.name}` });
  await expect(permissions.getByRole("checkbox", { name: /^Export/ })).toBeChecked();
  await permissions.getByRole("checkbox", { name: /^Export/ }).uncheck();
  await permissions.getByRole("checkbox", { name: /^Restore/ }).check();
  await permissions.getByRole("button", { name: "Change permissions" }).click();
  await expect(row(page, person.name).getByRole("cell").nth(2)).toHaveText("Restore");
  expect((await person.api.project.get.query({ projectId: tenant.slug })).permissions).toEqual(["restore"]);

  await choose(page, person.name, "Remove from project");
  const question = page.getByRole("alertdialog", { name: "Remove this member?" });
  await expect(question.getByRole("button", { name: "Keep member" })).toBeFocused();
  await question.getByRole("button", { name: "Remove member" }).click();
  await expect(page.getByText("Nobody is a member of this project")).toBeVisible();
  await expect(person.api.project.get.query({ projectId: tenant.slug })).rejects.toMatchObject({
    data: { code: "PROJECT_NOT_FOUND" },
  });
});

test("a member without the permission to manage only reads the list", async ({ page, coffer, api }) => {
  const tenant = await newTenant(coffer, api);
  const member = await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } });
  await enterAs(page, member);
  await page.goto(`/projects/${tenant.slug}/members`);
  await expect(row(page, member.name)).toContainText("You");
  await expect(row(page, member.name)).toContainText("Export");
  await expect(page.getByRole("button", { name: /Add member|More for/ })).toHaveCount(0);
});

test("nobody gives what they lack, and who leaves comes back to the projects", async ({ page, coffer, api }) => {
  const tenant = await newTenant(coffer, api);
  const manager = await addGuest(coffer, { permissions: { [tenant.slug]: ["manage"] } });
  const person = await addPerson(coffer, { permissions: { [tenant.slug]: ["export"] } });
  await enterAs(page, manager);
  await page.goto(`/projects/${tenant.slug}/members`);
  await choose(page, person.name, "Change permissions");
  const dialog = page.getByRole("dialog");
  for (const [name, isOpen] of [
    [/^Export/, true],
    [/^Import/, false],
    [/^Restore/, false],
    [/^Manage/, true],
  ] as const)
    await expect(dialog.getByRole("checkbox", { name })).toBeEnabled({ enabled: isOpen });

  // Somebody has changed it in the meantime: the server has the last word.
  await api.member.set.mutate({ projectId: tenant.slug, userId: person.id, permissions: [] });
  await dialog.getByRole("button", { name: "Change permissions" }).click();
  await expect(dialog.getByRole("alert")).toContainText("You cannot give the permission to export: you lack it.");
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await choose(page, manager.name, "Remove from project");
  await page.getByRole("alertdialog").getByRole("button", { name: "Remove member" }).click();
  await expect(page).toHaveURL(`${coffer.url}/projects`);
  await expect(page.getByText("You are not a member of any project yet.")).toBeVisible();
});
