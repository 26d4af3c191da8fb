import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Locator, Page } from "@playwright/test";
import { enterAs, expect, test } from "@/e2e/fixtures";
import { jobAtEnd } from "@/e2e/tools/exports";
import { addGuest, type Guest } from "@/e2e/tools/people";

const row = (page: Page, name: string) => page.getByRole("table").getByRole("row").filter({ hasText: name });
const days = (count: number) => count * 24 * 3600_000;

async function openForm(page: Page): Promise<Locator> {
  await page.goto("/tokens");
  await page.getByRole("button", { name: "Make a token" }).first().click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByLabel("Name")).toBeFocused();
  return dialog;
}

/** Makes one with what the form proposes, and gives it. The dialog that shows it stays open. */
async function makeToken(page: Page, name: string): Promise<string> {
  const dialog = await openForm(page);
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(page.getByRole("dialog", { name: "Your new API token" })).toBeVisible();
  return (await dialog.locator("code").first().textContent()) ?? "";
}

/** What the button puts into the clipboard. */
async function copied(page: Page, label: string): Promise<string> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: `Copy ${label}`, exact: true }).click();
  await expect(page.getByText("Copied", { exact: true }).first()).toBeAttached();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** As somebody does who has copied a command. */
async function runInShell(command: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)("sh", ["-c", command.replace(/^curl /, "curl --silent --show-error ")]);
  return JSON.parse(stdout);
}

const ask = ({ url }: { url: string }, token: string) =>
  fetch(`${url}/api/jobs`, { headers: { authorization: `Bearer ${token}` } });

async function enterNew(page: Page, coffer: Parameters<typeof addGuest>[0]): Promise<Guest> {
  const guest = await addGuest(coffer, { permissions: { lunaria: ["export"] } });
  await enterAs(page, guest);
  return guest;
}

test("a new token is shown once, and its commands start an export and read it", async ({ page, coffer }) => {
  const guest = await enterNew(page, coffer);
  const token = await makeToken(page, "nightly CI");
  expect(token).toMatch(/^coffer_[\w-]{43}$/);
  expect(await copied(page, "token")).toBe(token);

  const started = await runInShell(await copied(page, "command that starts an export"));
  const { job_id } = (started as { data: { job_id: string } }).data;
  expect(await jobAtEnd(guest.api, job_id)).toMatchObject({ status: "completed", projectSlug: "lunaria" });
  const jobs = await runInShell(await copied(page, "command that reads jobs"));
  expect((jobs as { data: { job_id: string }[] }).data.map((job) => job.job_id)).toEqual([job_id]);

  await page.getByRole("button", { name: "I have copied it" }).click();
  await expect(page.getByRole("dialog")).toBeHidden();
  await page.reload();
  const made = row(page, "nightly CI");
  await expect(made).toContainText("Read, Export");
  await expect(made).toContainText(token.slice(0, 11));
  await expect(made).toContainText("in 90 d");
  await expect(made.getByRole("cell").nth(5)).toHaveText("just now");
  expect(await page.content()).not.toContain(token.slice(0, 20));
});

test("a token has the scopes and the end that were asked for", async ({ page, coffer }) => {
  const guest = await enterNew(page, coffer);
  const dialog = await openForm(page);
  await expect(dialog.getByLabel("Expires").locator("option")).toHaveText([
    "In 30 days",
    "In 90 days",
    "In 365 days",
    "Never",
  ]);
  await dialog.getByLabel("Name").fill("a script");
  for (const name of [/^Read/, /^Export/]) await dialog.getByRole("checkbox", { name }).uncheck();
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("Tick at least one.");
  await dialog.getByRole("checkbox", { name: /^Restore/ }).check();
  await dialog.getByRole("checkbox", { name: /^Manage/ }).check();
  await dialog.getByLabel("Expires").selectOption("Never");
  await dialog.getByRole("button", { name: "Make token" }).click();
  await expect(dialog.getByText("Copy it now.")).toBeVisible();
  // A token that neither reads nor exports has no use for these.
  await expect(dialog.getByText("curl")).toHaveCount(0);

  const year = await openForm(page);
  await year.getByLabel("Name").fill("for a year");
  await year.getByLabel("Expires").selectOption("In 365 days");
  await year.getByRole("button", { name: "Make token" }).click();
  await expect(year.getByText("Copy it now.")).toBeVisible();
  const [longer, never] = await guest.api.token.list.query();
  expect(never).toMatchObject({ name: "a script", scopes: ["restore", "manage"], expiresAt: null });
  const left = Date.parse(longer?.expiresAt ?? "") - Date.now();
  expect([left > days(364), left <= days(365)]).toEqual([true, true]);
});

test("a token is revoked after a question, whose first answer is no", async ({ page, coffer }) => {
  await enterNew(page, coffer);
  const token = await makeToken(page, "old laptop");
  await page.getByRole("button", { name: "I have copied it" }).click();
  expect((await ask(coffer, token)).status).toBe(200);
  const revoke = page.getByRole("button", { name: "Revoke old laptop" });
  await revoke.click();
  const question = page.getByRole("alertdialog", { name: "Revoke this token?" });
  await expect(question.getByRole("button", { name: "Keep token" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(question).toBeHidden();
  await expect(revoke).toBeFocused();
  expect((await ask(coffer, token)).status).toBe(200);

  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Revoke token" }).click();
  await expect(page.getByText("You have no API token.")).toBeVisible();
  expect((await ask(coffer, token)).status).toBe(401);
});

test("an end that is near is marked, and one that has come too", async ({ page, coffer }) => {
  const guest = await enterNew(page, coffer);
  for (const name of ["ends soon", "has ended"]) await guest.api.token.create.mutate({ name, scopes: ["read"] });
  await coffer.control`
    update control_plane.api_tokens set expires_at = now() + case name when 'ends soon' then interval '3 days 1 hour'
      else interval '-2 days -1 hour' end
    where user_id = ${guest.id}`;
  await page.goto("/tokens");
  await expect(row(page, "ends soon")).toContainText("in 3 d");
  await expect(row(page, "has ended")).toContainText("Expired 2 d ago");
});

test("somebody else's tokens are not in the list", async ({ page, coffer }) => {
  const other = await addGuest(coffer);
  await other.api.token.create.mutate({ name: "not yours", scopes: ["read"] });
  await enterNew(page, coffer);
  await page.goto("/");
  await page.getByRole("link", { name: "API tokens" }).click();
  await expect(page.getByText("You have no API token.")).toBeVisible();
  await expect(page.getByRole("link", { name: "documentation of the API" })).toHaveAttribute("href", "/docs/api");
});
