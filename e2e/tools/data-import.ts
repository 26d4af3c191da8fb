import { expect, type Locator, type Page } from "@playwright/test";
import type { Api, Coffer } from "@/e2e/tools/coffer";
import { openJobId } from "@/e2e/tools/exports";
import { unique } from "@/e2e/tools/people";
import { addProject, type Tenant } from "@/e2e/tools/tenant";

/** A project of a small shop, of this test alone: two customers, and orders that refer to them. */
export async function addShop({ tenants }: Coffer, api: Api, name?: string): Promise<Tenant> {
  const schema = `tenant_${unique()}`;
  await tenants.begin(async (tx) => {
    await tx.unsafe(`set local role coffer_tenants; create schema ${schema}; set local search_path to ${schema};
      create table customers (id int primary key, email text not null unique, first_name text, last_name text,
        full_name text generated always as (first_name || ' ' || last_name) stored, since date);
      comment on table customers is 'Everybody who has an account';
      create table orders (id int primary key, customer_id int not null references customers, total numeric(10,2) not null check (total >= 0));
      insert into customers (id, email, first_name, last_name, since) values
        (1, 'ada@example.org', 'Ada', 'Lovelace', '2024-02-03'), (2, 'alan@example.org', 'Alan', 'Turing', null);
      insert into orders values (10, 1, 12.50), (11, 2, 99.00);`);
    await tx.unsafe(`analyze ${schema}.customers, ${schema}.orders`);
  });
  const databases = await api.database.list.query();
  const own = databases.find((database) => database.name === "Built-in PostgreSQL");
  if (!own) throw new Error("there is no database");
  return addProject(api, { databaseId: own.id, schema, name });
}

/** What a browser is given as a file of somebody. */
type ChosenFile = { name: string; mimeType: string; buffer: Buffer };

export const csvFile = (name: string, lines: string[]): ChosenFile => ({
  name,
  mimeType: "text/csv",
  buffer: Buffer.from(`${lines.join("\r\n")}\r\n`),
});

/** Customers under other names than the table has, and with days as Germans write them. */
export const clientsFile = csvFile("clients.csv", [
  "No;E-Mail;First name;Surname;Customer since",
  "2;alan@example.org;Alan;Mathison Turing;7.6.2025",
  "3;grace@example.org;Grace;Hopper;24.12.2025",
]);

/** Opens the wizard and uploads a file. The columns are shown then. */
export async function uploadFile(page: Page, slug: string, file: ChosenFile): Promise<void> {
  await page.goto(`/projects/${slug}/data/import`);
  await chooseFile(page, file);
}

export async function chooseFile(page: Page, file: ChosenFile): Promise<void> {
  await page.getByLabel("Choose a file").setInputFiles(file);
  await expect(step(page, "Say where its rows go")).toBeVisible();
  await expect(page.getByLabel("Format")).toBeVisible();
}

/** Drops a file where one may be chosen. */
export async function dropFile(page: Page, { name, buffer }: ChosenFile): Promise<void> {
  const dataTransfer = await page.evaluateHandle(
    ([name, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name, { type: "text/csv" }));
      return transfer;
    },
    [name, buffer.toString("utf8")] as const,
  );
  await page.getByText("or drop one here").dispatchEvent("drop", { dataTransfer });
}

export const step = (page: Page, title: string): Locator => page.getByRole("heading", { name: title, level: 2 });

/** Starts the dry run of what is chosen and waits for its report. */
export async function dryRun(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Start dry run" }).click();
  await expect(step(page, "See what would happen")).toBeFocused();
  await expect(page.getByRole("table", { name: "Rows by table" })).toBeVisible({ timeout: 60_000 });
}

/** The job that imports, once it has begun: its dialog is open then. */
export async function importOf(page: Page): Promise<string> {
  await expect(page.getByRole("dialog", { name: /^Import of rows/ })).toBeVisible();
  return openJobId(page);
}

/** What the rows of a table say, without its head. */
export const rowsOf = async (page: Page, name: string): Promise<string[]> =>
  (await page.getByRole("table", { name }).locator("tbody tr").allInnerTexts()).map((text) =>
    text.replace(/\s+/g, " ").trim(),
  );
