import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";

test("how a database is reached is changed once it has worked, and what has projects stays", async ({ page, api }) => {
  const [before] = await api.database.list.query();
  if (!before) throw new Error("no database");
  await page.goto("/databases");
  const open = async (action: string) => {
    await page.getByRole("button", { name: `More for ${before.name}` }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };
  await open("Change connection");
  const dialog = page.getByRole("dialog", { name: `Connection of ${before.name}` });
  await expect(dialog.getByLabel("Host")).toHaveValue(before.connection.host);
  await expectAccessible(page, "the connection of a database");
  await dialog.getByRole("button", { name: "Test connection" }).click();
  await expect(dialog.getByRole("status")).toContainText("The connection works");
  await dialog.getByLabel("User", { exact: true }).fill("somebody");
  await dialog.getByRole("button", { name: "Save connection" }).click();
  await expect(dialog.getByRole("alert")).toContainText("the password is needed again");
  await dialog.getByLabel("User", { exact: true }).fill(before.connection.user);
  await dialog.getByLabel("Encryption of the connection").selectOption("disable");
  await dialog.getByRole("button", { name: "Save connection" }).click();
  await expect(page.getByText(`The connection of ${before.name} is changed.`)).toBeVisible();
  await expect(dialog).toBeHidden();
  const now = (await api.database.list.query()).find(({ id }) => id === before.id);
  expect(now?.connection).toEqual({ ...before.connection, ssl: "disable" });
  await api.database.change.mutate({
    databaseId: before.id,
    name: before.name,
    connection: before.connection,
  });

  await open("Remove");
  const asks = page.getByRole("alertdialog");
  await expect(asks).toContainText("It stays as long as they do.");
  await expect(asks.getByRole("button", { name: "Remove database" })).toHaveCount(0);
});

test("one that does not answer says so, on the overview too, and why", async ({ page, coffer, api }) => {
  const { hostname, port, username, password } = coffer.addressOf("postgres");
  await coffer.tenants`create database leaving`;
  const { id: databaseId } = await api.database.add.mutate({
    name: "Leaving",
    connection: { host: hostname, port: Number(port), user: username, password, database: "leaving", ssl: "disable" },
  });
  await coffer.tenants`drop database leaving with (force)`;
  await page.goto("/databases");
  await page.getByRole("button", { name: /^Check now.*Leaving/ }).click();
  await expect(page.getByText("Leaving does not answer.")).toBeVisible();
  await expect(page.getByRole("row", { name: /^Leaving/ })).toContainText("Does not answer since");
  await expect(page.getByRole("cell", { name: /database "leaving" does not exist/ })).toBeVisible();
  await expectAccessible(page, "a database that does not answer");
  await page.goto("/");
  const item = page.getByRole("listitem").filter({ hasText: "Leaving" });
  await expect(item).toContainText(/Does not answer.*database "leaving" does not exist/);
  await item.getByRole("link", { name: "Open databases" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Databases" })).toBeVisible();
  await api.database.remove.mutate({ databaseId });
});
