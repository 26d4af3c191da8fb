import type { Browser, Locator, Page } from "@playwright/test";
import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import type { Coffer } from "@/e2e/tools/coffer";
import { addGuest, addPerson, unique } from "@/e2e/tools/people";
import { signIn } from "@/e2e/tools/session";

const password = "four words in a row";

const row = (page: Page, text: string) =>
  page.getByRole("table", { name: "Users" }).getByRole("row").filter({ hasText: text });

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${name}` }).click();
  await page.getByRole("menuitem", { name: action, exact: true }).click();
}

const shownLink = async (dialog: Locator) => (await dialog.locator("code").textContent()) ?? "";

/** A browser in which nobody is signed in. */
const openElsewhere = (browser: Browser, coffer: Coffer) => browser.newPage({ ...signedOut, baseURL: coffer.url });

async function setPassword(page: Page, value: string): Promise<void> {
  await page.getByLabel("Password", { exact: true }).fill(value);
  await page.getByRole("button", { name: "Set password" }).click();
}

test("who was invited chooses a password and sees their projects", async ({ page, browser, coffer, api }) => {
  const id = unique();
  const [email, name] = [`invited-${id}@example.org`, `Invited ${id}`];
  await page.goto("/");
  await page.getByRole("link", { name: "Users" }).click();
  await page.getByRole("button", { name: "Invite user" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Email")).toBeFocused();
  await dialog.getByLabel("Email").fill(email);
  await dialog.getByLabel("Name").fill(name);
  await expect(dialog.getByRole("radio", { name: /^Member/ })).toBeChecked();
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(page.getByRole("dialog", { name: `Invitation for ${name}` })).toContainText("ends in 3 d");
  const link = await shownLink(dialog);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await expect(row(page, email)).toContainText("Invited");
  const user = (await api.user.list.query()).find((one) => one.email === email);
  await api.member.set.mutate({ projectId: "lunaria", userId: user?.id ?? "", permissions: ["export"] });

  const theirs = await openElsewhere(browser, coffer);
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "Welcome to Coffer" })).toBeVisible();
  await expect(theirs.getByLabel("Email")).toHaveValue(email);
  await expect(theirs.getByLabel("Name")).toHaveValue(name);
  const field = theirs.getByLabel("Password", { exact: true });
  await field.fill("too short");
  await theirs.getByRole("button", { name: "Show" }).click();
  await expect(field).toHaveAttribute("type", "text");
  await theirs.getByRole("button", { name: "Set password" }).click();
  await expect(field).toBeFocused();
  await setPassword(theirs, password);
  await expect(theirs.getByRole("heading", { name: "Overview" })).toBeVisible();
  await theirs.getByRole("link", { name: "Projects" }).click();
  await expect(theirs.getByRole("link", { name: "Lunaria Astrology" })).toBeVisible();
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  await theirs.context().close();

  await page.reload();
  await expect(row(page, email)).toContainText("Active");
  await expect(row(page, email).getByRole("cell").nth(4)).toHaveText("just now");
  await expect(row(page, email).getByRole("cell").nth(5)).toHaveText("1");
});

test("an address that has an account is not invited again", async ({ page, coffer }) => {
  const person = await addPerson(coffer);
  await page.goto("/users");
  await page.getByRole("button", { name: "Invite user" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Email").fill(person.email.toUpperCase());
  await dialog.getByLabel("Name").fill("Somebody");
  await dialog.getByRole("button", { name: "Invite user" }).click();
  await expect(dialog.getByRole("alert")).toContainText("There is an account for");
});

test("who is disabled is out at once, and can be let in again", async ({ page, browser, coffer }) => {
  const person = await addGuest(coffer);
  const theirs = await browser.newPage({ storageState: person.state, baseURL: coffer.url });
  await theirs.goto("/projects");
  await expect(theirs.getByRole("heading", { name: "Projects" })).toBeVisible();
  await page.goto(`/users?q=${person.email}`);
  await choose(page, person.name, "Disable");
  const question = page.getByRole("alertdialog");
  await expect(question.getByRole("button", { name: "Keep enabled" })).toBeFocused();
  await question.getByRole("button", { name: "Disable user" }).click();
  await expect(row(page, person.email)).toContainText("Disabled");

  await theirs.getByRole("link", { name: "Activity" }).click();
  await expect(theirs.getByRole("heading", { name: "Sign in to Coffer" })).toBeVisible();
  await expect(signIn(coffer.url, person)).rejects.toThrow("could not sign in");
  await choose(page, person.name, "Enable");
  await page.getByRole("alertdialog").getByRole("button", { name: "Enable user" }).click();
  await expect(row(page, person.email)).toContainText("Active");
  await signIn(coffer.url, person);
  await theirs.close();
});

test("a reset link sets a new password and ends the sessions", async ({ page, browser, coffer }) => {
  const person = await addGuest(coffer);
  await page.goto(`/users?q=${person.email}`);
  await choose(page, person.name, "Make reset link");
  await page.getByRole("alertdialog").getByRole("button", { name: "Make link" }).click();
  const dialog = page.getByRole("dialog", { name: `Reset link for ${person.name}` });
  const link = await shownLink(dialog);
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  await person.api.user.me.query();

  const theirs = await openElsewhere(browser, coffer);
  await theirs.goto(link);
  await expect(theirs.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  await expect(theirs.getByLabel("Name")).toHaveCount(0);
  // The link is spent elsewhere while this page is open.
  const other = await openElsewhere(browser, coffer);
  await other.goto(link);
  await setPassword(other, password);
  await expect(other.getByRole("heading", { name: "Overview" })).toBeVisible();
  await setPassword(theirs, "not this one either");
  await expect(theirs.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  await expect(person.api.user.me.query()).rejects.toThrow("Sign in to go on.");
  await expect(signIn(coffer.url, person)).rejects.toThrow("could not sign in");
  await signIn(coffer.url, { ...person, password });
  await theirs.context().close();
  await other.context().close();
});

test("a link that nobody gave says what to do", async ({ page }) => {
  for (const secret of ["x", "a".repeat(43), "%00"]) {
    await page.goto(`/welcome/${secret}`);
    await expect(page.getByRole("heading", { name: "This link no longer works" })).toBeVisible();
  }
});

test("a member becomes administrator, and the last one stays it", async ({ page, coffer, guest }) => {
  const person = await addGuest(coffer);
  await enterAs(page, guest);
  await page.goto(`/users?q=${person.email}`);
  await choose(page, person.name, "Make administrator");
  await page.getByRole("alertdialog").getByRole("button", { name: "Make administrator" }).click();
  await expect(row(page, person.email)).toContainText("Administrator");
  expect(await person.api.user.me.query()).toMatchObject({ role: "admin" });

  // There are others here, so the server's answer to the last one comes from us.
  const message = "Somebody has to stay administrator. Make somebody else one first.";
  const data = { code: "VALIDATION_ERROR", httpStatus: 400, requestId: "of-the-test", fields: [], retryAfter: null };
  await page.route(/user\.setRole/, (route) =>
    route.fulfill({ status: 400, json: [{ error: { message, code: -32600, data } }] }),
  );
  await choose(page, person.name, "Make member");
  const question = page.getByRole("alertdialog");
  await question.getByRole("button", { name: "Make member" }).click();
  await expect(question.getByRole("alert")).toContainText(message);
  await page.unroute(/user\.setRole/);
  await question.getByRole("button", { name: "Make member" }).click();
  await expect(row(page, person.email)).toContainText("Member");
});
