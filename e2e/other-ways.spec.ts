import type { Page } from "@playwright/test";
import { expect, signedOut, test } from "@/e2e/fixtures";
import { addPerson } from "@/e2e/tools/people";

test.use(signedOut);

type Visitor = { email: string; isVerified?: boolean };

/** Leaves for the provider, and comes back from there. */
async function comeBackAs(page: Page, { email, isVerified = true }: Visitor): Promise<void> {
  await page.getByRole("button", { name: "Sign in with Example ID" }).click();
  await page.getByLabel("Address").fill(email);
  if (isVerified) await page.getByLabel("Verified").check();
  await page.getByRole("button", { name: "Go on" }).click();
}

const refusal = "There is no account for this address. Ask an administrator for an invitation.";

test("who has an account comes in through another site, to the page that was asked for", async ({ page, coffer }) => {
  const person = await addPerson(coffer, { permissions: { acme: [] } });
  await page.goto("/projects/acme?status=failed");
  await comeBackAs(page, { email: person.email.toUpperCase() });
  await expect(page).toHaveURL(`${coffer.url}/projects/acme?status=failed`);
  await expect(page.getByRole("button", { name: `Account of ${person.name}` })).toBeVisible();
});

test("who has none, or whose address is not verified, is told whom to ask", async ({ page, coffer }) => {
  const person = await addPerson(coffer);
  const disabled = await addPerson(coffer);
  await coffer.control`update control_plane.users set disabled_at = now() where id = ${disabled.id}`;
  for (const visitor of [
    { email: `nobody-${person.email}` },
    { email: person.email, isVerified: false },
    { email: disabled.email },
  ]) {
    await page.goto("/login");
    await comeBackAs(page, visitor);
    await expect(page.getByRole("main").getByRole("alert")).toHaveText(refusal);
    expect((await page.context().cookies()).some(({ name }) => name.endsWith("session-token"))).toBe(false);
  }
});

test("a site that does not answer leaves the person where they are, with a reason", async ({ page }) => {
  await page.goto("/login");
  await page.route("**/api/auth/signin/oidc", (route) => route.abort());
  await page.getByRole("button", { name: "Sign in with Example ID" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toContainText("Coffer does not answer.");
  await page.goto("/login?error=OAuthCallback");
  await expect(page.getByRole("main").getByRole("alert")).toContainText("The other site could not sign you in.");
});

test("nothing but the names of the ways is in the page", async ({ page }) => {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "Sign in with Example ID" })).toBeVisible();
  expect((await page.content()).match(/well-known|clientSecret|client_secret|unread/)).toBeNull();
});
