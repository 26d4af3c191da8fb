import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import { addGuest, addPerson } from "@/e2e/tools/people";
import { openMenu, shoot } from "@/e2e/tools/shoot";

test.describe.configure({ mode: "serial" });

const never = () => new Promise<void>(() => {});

test("API tokens", async ({ page, coffer }) => {
  const guest = await addGuest(coffer, { permissions: { acme: ["export"] } });
  await enterAs(page, guest);
  await page.goto("/tokens");
  await expect(page.getByText("You have no API token.")).toBeVisible();
  await shoot(page, "tokens-empty");
  await page.getByRole("button", { name: "Make a token" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await shoot(page, "token-form");
  await dialog.getByLabel("Name").fill("Nightly export of GitLab CI");
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("Copy it now.")).toBeVisible();
  await shoot(page, "token-made");
  await page.keyboard.press("Escape");
  for (const name of ["Backup before each release, started by the deployment", "Old laptop", "Reports"])
    await guest.api.token.create.mutate({ name, scopes: ["read", "export", "restore"], expiresInDays: 365 });
  await coffer.control`
    update control_plane.api_tokens set created_at = now() - interval '80 days', last_used_at = now() - interval '3 hours',
      expires_at = now() + case name when 'Reports' then interval '4 days' when 'Old laptop' then interval '-9 days' end
    where user_id = ${guest.id} and name in ('Reports', 'Old laptop')`;
  await page.reload();
  await expect(page.getByText("Old laptop").first()).toBeVisible();
  await shoot(page, "tokens");
  await page.getByRole("button", { name: "Revoke Reports" }).click();
  await shoot(page, "token-revoke");
});

test("users", async ({ page, coffer, api, guest }) => {
  const names = ["Ada Lovelace", "Grace Hopper", "Katherine Johnson", "Margaret Hamilton"];
  for (const name of names) {
    const person = await addGuest(coffer, { permissions: { acme: ["export"], lunaria: ["manage"] } });
    await coffer.control`update control_plane.users set name = ${name} where id = ${person.id}`;
    if (name.startsWith("Grace")) await api.user.disable.mutate({ userId: person.id });
  }
  await api.user.invite.mutate({ email: "hedy.lamarr@example.org", name: "Hedy Lamarr" });
  await enterAs(page, guest);
  await page.goto("/users");
  await shoot(page, "users", { whole: true });
  await page.goto("/users?q=nobody-has-this");
  await expect(page.getByText("Clear filters")).toBeVisible();
  await shoot(page, "users-no-match");
  await page.goto("/users?q=ada");
  const more = page.getByRole("button", { name: "More for Ada Lovelace" });
  await shoot(page, "user-menu", { open: () => openMenu(page, more) });
  await openMenu(page, more);
  await page.getByRole("menuitem", { name: "Disable" }).click();
  await shoot(page, "user-disable");
  await page.keyboard.press("Escape");
  await openMenu(page, more);
  await page.getByRole("menuitem", { name: "Make reset link" }).click();
  await shoot(page, "user-reset");
  await page.getByRole("button", { name: "Make link" }).click();
  await expect(page.getByText("It works once")).toBeVisible();
  await shoot(page, "user-reset-link");
});

test("an invitation", async ({ page, browser, coffer }) => {
  await page.goto("/users");
  await page.getByRole("button", { name: "Invite user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Email").fill("dorothy@example.org");
  await dialog.getByLabel("Name").fill("Dorothy Vaughan");
  await shoot(page, "invite");
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(page.getByText("It works once")).toBeVisible();
  await shoot(page, "invite-link");
  const link = (await dialog.locator("code").textContent()) ?? "";
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Invite user" }).click();
  await dialog.getByLabel("Email").fill("dorothy@example.org");
  await dialog.getByLabel("Name").fill("Dorothy Vaughan");
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await shoot(page, "invite-refused");

  const theirs = await browser.newPage({ ...signedOut, baseURL: coffer.url });
  await theirs.goto(link);
  await shoot(theirs, "welcome");
  await theirs.goto("/welcome/used");
  await shoot(theirs, "welcome-expired");
  await theirs.goto("/login?error=AccessDenied");
  await shoot(theirs, "sign-in-no-account");
  await theirs.context().close();
});

test("members of a project", async ({ page, coffer, api }) => {
  await page.goto("/projects/globex/members");
  await shoot(page, "members-empty");
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(page.getByRole("combobox", { name: "Person" })).toBeFocused();
  await shoot(page, "member-add");
  await page.keyboard.press("Escape");
  for (const permissions of [["export"], [], ["export", "manage"]] as const) {
    const person = await addPerson(coffer);
    await api.member.set.mutate({ projectId: "globex", userId: person.id, permissions: [...permissions] });
  }
  const member = await addGuest(coffer, { permissions: { globex: ["export"] } });
  await page.goto("/projects/globex/members");
  await shoot(page, "members");
  await openMenu(page, page.getByRole("button", { name: `More for ${member.name}` }));
  await page.getByRole("menuitem", { name: "Change permissions" }).click();
  await shoot(page, "member-permissions");
  await page.keyboard.press("Escape");
  await openMenu(page, page.getByRole("button", { name: `More for ${member.name}` }));
  await page.getByRole("menuitem", { name: "Remove from project" }).click();
  await shoot(page, "member-remove");
  await enterAs(page, member);
  await page.goto("/projects/globex/members");
  await shoot(page, "members-read-only");
});

test("audit", async ({ page, coffer, guest, api }) => {
  const member = await addGuest(coffer);
  await member.api.user.list.query().catch(() => {});
  await api.member.set.mutate({ projectId: "acme", userId: member.id, permissions: ["export", "restore"] });
  const { jobId } = await guest.api.export.startExport.mutate({ projectId: "lunaria", format: "custom" });
  await expect.poll(async () => (await api.job.getStatus.query({ jobId })).finishedAt).not.toBeNull();
  await page.goto("/audit");
  await page
    .getByRole("button", { name: /^Details of Set permissions/ })
    .first()
    .click();
  await shoot(page, "audit");
  await page.goto("/audit?action=sign_in.&from=2026-01-01&until=2026-01-02");
  await expect(page.getByText("Clear filters")).toBeVisible();
  await shoot(page, "audit-no-match");
  await page.route(/audit\.list/, never);
  await page.goto("/audit?from=2026-01-01");
  await shoot(page, "audit-loading");
  await page.unroute(/audit\.list/);
  await page.route(/audit\.list/, (route) => route.abort());
  await page.goto("/audit?from=2026-01-01");
  await expect(page.getByRole("main").getByRole("alert")).toBeVisible();
  await shoot(page, "audit-error");
});
