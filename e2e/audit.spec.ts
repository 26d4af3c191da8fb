import { readFile } from "node:fs/promises";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { addGuest, unique } from "@/e2e/tools/people";
import { addTenant } from "@/e2e/tools/tenant";

const tiny = { tables: ["notes"], megabytesEach: 1 };

test("an event tells who did what, and more on demand", async ({ page, coffer, guest }) => {
  const tenant = await addTenant(coffer, guest.api, tiny);
  const person = await addGuest(coffer);
  await guest.api.member.set.mutate({ projectId: tenant.slug, userId: person.id, permissions: ["export"] });
  await page.goto("/");
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByLabel("Email of who did it").fill(guest.email.toUpperCase());
  await expect(page).toHaveURL(/actor=PERSON/);
  const events = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: guest.email });
  await expect(events).toHaveCount(3);
  const [set, added, signedIn] = [events.nth(0), events.nth(1), events.nth(2)];
  for (const text of ["Set permissions", person.email, tenant.slug, "127.0.0.1"]) await expect(set).toContainText(text);
  await expect(added).toContainText("Added a project");
  await expect(signedIn).toContainText("Own account");

  const details = page.getByText("member.set", { exact: true });
  await expect(details).toBeHidden();
  await set.getByRole("button", { name: "Details of Set permissions" }).click();
  await expect(details).toBeVisible();
  await expect(page.getByText(`"permissions": [ "export" ]`)).toBeVisible();
  const [row] = await coffer.control<{ request_id: string }[]>`
    select request_id from control_plane.audit_events where actor_id = ${guest.id} and action = 'member.set'`;
  await expect(page.getByText(row?.request_id ?? "nothing", { exact: true })).toBeVisible();
  await set.getByRole("button", { name: "Details of Set permissions" }).click();
  await expect(details).toBeHidden();
});

test("the filters stay in the address, and the download has the same events", async ({ page, coffer, guest }) => {
  const tenant = await addTenant(coffer, guest.api, tiny);
  await guest.api.token.create.mutate({ name: "for the audit", scopes: ["read"] });
  await enterAs(page, guest);
  await page.goto(`/audit?actor=${guest.email}`);
  const events = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: guest.email });
  await expect(events).toHaveCount(3);
  await page.getByLabel("Project", { exact: true }).selectOption({ label: tenant.name });
  await expect(events).toHaveCount(1);
  await page.getByLabel("Action").selectOption({ label: "API tokens" });
  await expect(page.getByText("No event fits these filters.")).toBeVisible();
  await page.getByLabel("Project", { exact: true }).selectOption("");
  await expect(events).toHaveCount(1);
  const today = await page.evaluate(() => new Date().toLocaleDateString("sv"));
  await page.getByLabel("From").fill(today);
  await page.getByLabel("Until").fill(today);
  await expect(page).toHaveURL(new RegExp(`action=token\\.&from=${today}&until=${today}$`));
  await page.reload();
  await expect(events).toHaveCount(1);
  await expect(events).toContainText("for the audit");
  await expect(page.getByLabel("From")).toHaveValue(today);

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download CSV" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toMatch(/^coffer-audit_[\d-]+\.csv$/);
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain(`,${guest.email},token.created,token,`);

  await page.getByLabel("From").fill("2001-01-01");
  await page.getByLabel("Until").fill("2001-01-02");
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(page).toHaveURL(`${coffer.url}/audit`);
  await expect(page.getByLabel("From")).toHaveValue("");
});

test("older events come on demand", async ({ page, coffer, guest }) => {
  const id = unique();
  await coffer.control`
    insert into control_plane.audit_events (actor_id, actor_email, action, subject_kind, subject_id)
    select ${guest.id}, ${`many-${id}@example.org`}, 'schedule.run_missed', 'job', i::text from generate_series(1, 60) i`;
  await page.goto(`/audit?actor=many-${id}&action=schedule.`);
  const events = page
    .getByRole("table", { name: "Events" })
    .getByRole("row")
    .filter({ hasText: `many-${id}` });
  await expect(events).toHaveCount(50);
  // What this page has no words for is told all the same, and can be filtered by.
  await expect(events.first()).toContainText("Schedule: run missed");
  await page.getByRole("button", { name: "Load more" }).click();
  await expect(events).toHaveCount(60);
  await expect(page.getByRole("button", { name: "Load more" })).toBeHidden();
});

test("a refusal stands out, and for who is no administrator the page does not exist", async ({ page, coffer }) => {
  const member = await addGuest(coffer);
  await expect(member.api.audit.list.query({})).rejects.toMatchObject({ data: { code: "PERMISSION_DENIED" } });
  await page.goto(`/audit?actor=${member.email}&action=access.refused`);
  await expect(page.getByRole("cell", { name: "Access refused", exact: true })).toBeVisible();
  await expect(page.getByRole("cell", { name: "audit.list" })).toBeVisible();

  await enterAs(page, member);
  for (const path of ["/audit", "/databases", "/destinations", "/encryption", "/notifications", "/users"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  }
  await expect(
    page.getByRole("link", { name: /^(Audit|Databases|Destinations|Encryption|Notifications|Users)$/ }),
  ).toHaveCount(0);
});

test("what is chosen before the scripts are there counts once they are", async ({ page, coffer, guest }) => {
  const tenant = await addTenant(coffer, guest.api, tiny);
  const chosen = Promise.withResolvers<void>();
  await page.route("**/*.js*", async (route) => {
    await chosen.promise;
    await route.continue();
  });
  await page.goto("/audit", { waitUntil: "commit" });
  await page.getByLabel("Project", { exact: true }).selectOption({ label: tenant.name });
  await page.getByLabel("Email of who did it").fill(guest.email);
  await expect(page).toHaveURL(/audit$/);
  chosen.resolve();
  await expect(page).toHaveURL(new RegExp(`actor=.*project=${tenant.slug}|project=${tenant.slug}.*actor=`));
  await expect(
    page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: tenant.slug }),
  ).toHaveCount(1);
  await expect(page.getByLabel("Project", { exact: true })).toHaveValue(tenant.slug);
});

test("a filter counts before the router has come alive", async ({ page, coffer, guest }) => {
  const tenant = await addTenant(coffer, guest.api, tiny);
  // The router hears of changes by putting its own function in this place.
  await page.addInitScript(() => {
    const { replaceState } = window.history;
    Object.defineProperty(window.history, "replaceState", { get: () => replaceState, set: () => {} });
  });
  await page.goto(`/audit?actor=${guest.email}`);
  const events = page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: guest.email });
  await page.getByLabel("Project", { exact: true }).selectOption({ label: tenant.name });
  await expect(events).toHaveCount(1);
  await expect(page).toHaveURL(new RegExp(`actor=.*&project=${tenant.slug}$`));
});
