import type { Page } from "@playwright/test";
import { enterAs, expect, signedOut, test } from "@/e2e/fixtures";
import { addGuest, addPerson } from "@/e2e/tools/people";
import { type Account, signIn } from "@/e2e/tools/session";

async function fillIn(page: Page, { email, password }: Account): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

test.describe("signed out", () => {
  test.use(signedOut);

  test("a wrong password and an unknown user are told the same", async ({ page, coffer }) => {
    const person = await addPerson(coffer);
    const answers: string[] = [];
    for (const email of [person.email, `nobody-${person.email}`]) {
      await page.goto("/login");
      await fillIn(page, { email, password: "wrong" });
      answers.push((await page.getByRole("main").getByRole("alert").textContent()) ?? "");
      await expect(page.getByLabel("Password")).toBeFocused();
    }
    expect(answers).toEqual(Array(2).fill("The email or the password is wrong."));
    // The next try may be right.
    await page.getByLabel("Email").fill(person.email);
    await page.getByLabel("Password").fill(person.password);
    await page.keyboard.press("Enter");
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  test("after five tries in a minute the account has to wait, even with the right password", async ({
    page,
    coffer,
  }) => {
    const person = await addPerson(coffer);
    for (let tries = 0; tries < 5; tries++) {
      await expect(signIn(coffer.url, { ...person, password: "wrong" })).rejects.toThrow("could not sign in: 401");
    }
    await page.goto("/login");
    await fillIn(page, person);
    await expect(page.getByRole("main").getByRole("alert")).toHaveText(/Too many tries for this account/);
    // Of another account nobody has tried anything.
    await fillIn(page, await addPerson(coffer));
    await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  });

  test("a page that was asked for comes after the sign-in", async ({ page, coffer }) => {
    const person = await addPerson(coffer, { permissions: { acme: [] } });
    await page.goto("/projects/acme?status=failed");
    await expect(page).toHaveURL(/\/login\?next=%2Fprojects%2Facme%3Fstatus%3Dfailed$/);
    await fillIn(page, person);
    await expect(page).toHaveURL(`${coffer.url}/projects/acme?status=failed`);
    await expect(page.getByRole("heading", { name: "Acme Shop" })).toBeVisible();
  });

  for (const path of [
    "/",
    "/projects",
    "/projects/acme",
    "/projects/acme/settings",
    "/schedules",
    "/activity",
    "/tokens",
    "/databases",
    "/users",
    "/audit",
  ]) {
    test(`${path} asks to sign in first`, async ({ page }) => {
      await page.goto(path);
      await expect(page.getByRole("heading", { name: "Sign in to Coffer" })).toBeVisible();
      expect(new URL(page.url()).searchParams.get("next")).toBe(path === "/" ? null : path);
    });
  }

  test("signing in leads to no other site", async ({ page, coffer }) => {
    const person = await addPerson(coffer);
    await page.goto(`/login?next=${encodeURIComponent("//evil.example/")}`);
    await fillIn(page, person);
    await expect(page).toHaveURL(`${coffer.url}/`);
  });
});

for (const next of [
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example",
  "/\t/evil.example",
  "javascript:1",
]) {
  test(`the sign-in page sends who is signed in already home, not to ${JSON.stringify(next)}`, async ({ request }) => {
    const answer = await request.get(`/login?next=${encodeURIComponent(next)}`, { maxRedirects: 0 });
    expect([answer.status(), answer.headers().location]).toEqual([307, "/"]);
  });
}

test("signing out ends the session of this browser", async ({ page, coffer }) => {
  await enterAs(page, await addGuest(coffer));
  await page.goto("/");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Coffer" })).toBeVisible();
  await page.goto("/projects");
  await expect(page).toHaveURL(/\/login\?next=%2Fprojects$/);
});

test("a changed password ends every session, and the old one opens nothing", async ({ page, browser, coffer }) => {
  const guest = await addGuest(coffer);
  const elsewhere = await browser.newPage({ storageState: await signIn(coffer.url, guest), baseURL: coffer.url });
  await elsewhere.goto("/projects");
  await expect(elsewhere.getByRole("heading", { name: "Projects" })).toBeVisible();

  await enterAs(page, guest);
  await page.goto("/");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Change password" }).click();
  const dialog = page.getByRole("dialog", { name: "Change password" });
  await dialog.getByLabel("Current password").fill("not this one");
  for (const label of ["New password", "New password again"])
    await dialog.getByLabel(label, { exact: true }).fill("a new password");
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("The current password is not right.");
  await dialog.getByLabel("Current password").fill(guest.password);
  await dialog.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Your password was changed.")).toBeVisible();

  await elsewhere.getByRole("link", { name: "Activity" }).click();
  await expect(elsewhere.getByRole("heading", { name: "Sign in to Coffer" })).toBeVisible();
  await elsewhere.close();
  await expect(guest.api.user.me.query()).rejects.toThrow("Sign in to go on.");
  await expect(signIn(coffer.url, guest)).rejects.toThrow("could not sign in");
  await fillIn(page, { ...guest, password: "a new password" });
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});
