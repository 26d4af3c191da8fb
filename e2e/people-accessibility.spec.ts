import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { addGuest } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

test("tokens are accessible from the first one to its end", async ({ page, coffer }) => {
  const guest = await addGuest(coffer);
  await enterAs(page, guest);
  await page.goto("/tokens");
  await expect(page.getByText("You have no API token.")).toBeVisible();
  await expectAccessible(page, "no token");
  await page.getByRole("button", { name: "Make a token" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("a script");
  for (const name of [/^Read/, /^Export/]) await dialog.getByRole("checkbox", { name }).uncheck();
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("Tick at least one.")).toBeVisible();
  await expectAccessible(page, "a form with a mistake");
  for (const name of [/^Read/, /^Export/]) await dialog.getByRole("checkbox", { name }).check();
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("Copy it now.")).toBeVisible();
  await expectAccessible(page, "a new token");
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await guest.api.token.create.mutate({ name: "old", scopes: ["read"] });
  await coffer.control`
    update control_plane.api_tokens set expires_at = now() - interval '1 day' where user_id = ${guest.id} and name = 'old'`;
  await page.reload();
  await expect(page.getByText("Expired")).toBeVisible();
  await expectAccessible(page, "a list of tokens");
  await page.getByRole("button", { name: "Revoke a script" }).click();
  await expectAccessible(page, "the question before a revocation");
});

test("users are accessible, and what can be done with them", async ({ page, browser, coffer, api }) => {
  const person = await addGuest(coffer);
  await api.user.disable.mutate({ userId: person.id });
  await page.goto("/users");
  await page.getByRole("button", { name: "Invite user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Email").fill(person.email);
  await dialog.getByLabel("Name").fill("Somebody");
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await expectAccessible(page, "an invitation that was refused");
  await dialog.getByLabel("Email").fill(`new-${person.email}`);
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(dialog.getByText("It works once")).toBeVisible();
  await expectAccessible(page, "an invitation");
  const link = (await dialog.locator("code").textContent()) ?? "";
  await page.keyboard.press("Escape");
  await page.goto(`/users?q=${person.email}`);
  await page.getByRole("button", { name: `More for ${person.name}` }).click();
  await expectAccessible(page, "the menu of somebody who is disabled, and the list");
  await page.getByRole("menuitem", { name: "Enable" }).click();
  await expectAccessible(page, "a question");

  const theirs = await browser.newPage({ ...signedOut, baseURL: coffer.url });
  await theirs.goto(link);
  await expectAccessible(theirs, "welcome");
  await theirs.getByRole("button", { name: "Show" }).click();
  await expectAccessible(theirs, "welcome, with the password shown");
  await theirs.goto("/welcome/used");
  await expectAccessible(theirs, "a link that is of no use");
  await theirs.context().close();
});

test("members and the audit are accessible", async ({ page, coffer, api }) => {
  const tenant = await addTenant(coffer, api, { tables: ["notes"], megabytesEach: 1 });
  const person = await addGuest(coffer, { permissions: { [tenant.slug]: ["export"] } });
  await person.api.user.list.query().catch(() => {});
  await page.goto(`/projects/${tenant.slug}/members`);
  await expectAccessible(page, "members");
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByRole("combobox", { name: "Person" })).toBeFocused();
  await expectAccessible(page, "add a member");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `More for ${person.name}` }).click();
  await page.getByRole("menuitem", { name: "Remove from project" }).click();
  await expectAccessible(page, "the question before a removal");
  await enterAs(page, await addGuest(coffer, { permissions: { [tenant.slug]: ["manage"] } }));
  await page.goto(`/projects/${tenant.slug}/members`);
  await page.getByRole("button", { name: `More for ${person.name}` }).click();
  await page.getByRole("menuitem", { name: "Change permissions" }).click();
  await expect(page.getByRole("checkbox", { name: /^Import/ })).toBeDisabled();
  await expectAccessible(page, "permissions of which some cannot be given");

  await enterAs(page, await addGuest(coffer, { role: "admin" }));
  await page.goto(`/audit?actor=${person.email}`);
  await page.getByRole("button", { name: "Details of Access refused" }).click();
  await expect(page.getByText("access.refused")).toBeVisible();
  await expectAccessible(page, "audit with details");
});
