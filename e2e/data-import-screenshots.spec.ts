import { expect, test } from "@/e2e/fixtures";
import { addShop, chooseFile, csvFile, dryRun, importOf, uploadFile } from "@/e2e/tools/data-import";
import { jobAtEnd } from "@/e2e/tools/exports";
import { shoot } from "@/e2e/tools/shoot";

const people = Array.from({ length: 240 }, (_, n) => {
  const [first, last] = [`First${n}`, `Last${n}`];
  return `${n + 2};${first.toLowerCase()}@example.org;${first};${last};${1 + (n % 28)}.${1 + (n % 12)}.2025;gold`;
});

test("an import from the file to the result", async ({ page, api, coffer }) => {
  test.setTimeout(300_000);
  const { slug, name, schema } = await addShop(coffer, api, "Harbour Books");
  await page.goto(`/projects/${slug}/data/import`);
  await expect(page.getByText("or drop one here")).toBeVisible();
  await shoot(page, "import-1-file");
  const parts = "**/api/v1/uploads/*";
  await page.route(parts, async (route) => {
    await page.context().setOffline(true);
    await route.abort("internetdisconnected");
  });
  const file = csvFile("clients.csv", ["No;E-Mail;First name;Surname;Customer since;Level", ...people]);
  await page.getByLabel("Choose a file").setInputFiles(file);
  await expect(page.getByText("The connection is lost.")).toBeVisible();
  await shoot(page, "import-1-connection-lost");
  await page.unroute(parts);
  await page.context().setOffline(false);
  await expect(page.getByLabel("Format")).toBeVisible();
  await page.getByLabel("Table for the rows of this file").selectOption("customers");
  await page.getByLabel("Column for Surname").selectOption("last_name");
  await page.getByLabel("Column for Customer since").selectOption("since");
  await expect(page.getByText("Rows are told apart")).toHaveCount(0);
  await shoot(page, "import-2-columns-begun", { whole: true });
  await page.getByLabel("Column for No", { exact: true }).selectOption("id");
  await page.getByLabel("Dates like 3/4/2026").selectOption("dmy");
  await page.getByRole("radio", { name: /^Add and change rows/ }).check();
  await shoot(page, "import-2-columns", { whole: true });
  await dryRun(page);
  await shoot(page, "import-3-dry-run", { whole: true });
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("button", { name: "Import 240 rows" })).toBeVisible();
  await shoot(page, "import-4-import", { whole: true });
  await coffer.tenants.begin(async (tx) => {
    await tx.unsafe(`lock table ${schema}.customers in share row exclusive mode`);
    await page.getByRole("button", { name: "Import 240 rows" }).click();
    const dialog = page.getByRole("dialog", { name: `Import of rows of ${name}` });
    await expect(dialog.getByText(/^Waiting until nobody/)).toBeVisible();
    await shoot(page, "import-4-running");
  });
  await jobAtEnd(api, await importOf(page));
  await expect(page.getByText("Rows imported").first()).toBeVisible();
  await shoot(page, "import-5-dialog");
  await page.getByRole("button", { name: "Close" }).last().click();
  await shoot(page, "import-5-result", { whole: true });
});

test("an import with problems", async ({ page, api, coffer }) => {
  test.setTimeout(300_000);
  const { slug, schema } = await addShop(coffer, api, "Harbour Books");
  const header = "id,customer_id,total";
  const good = Array.from({ length: 40 }, (_, n) => `${100 + n},${1 + (n % 2)},${n}.50`);
  const bad = ["20,1,5.00", "20,1,6.00", "21,1,twelve", "22,77,1.00", "23,2,-4.00", "24,1,", "25,78,3.00"];
  await uploadFile(page, slug, csvFile("orders.csv", [header, ...good, ...bad]));
  await page.getByLabel("Column for total").selectOption("id");
  await expect(page.getByText("Two fields go to the column id")).toBeVisible();
  await shoot(page, "import-2-fault", { whole: true });
  await page.getByLabel("Column for total").selectOption("total");
  await dryRun(page);
  await shoot(page, "import-3-problems", { whole: true });
  await page.getByRole("button", { name: "Choose another file" }).click();
  await chooseFile(page, csvFile("orders-2.csv", [header, ...good]));
  await dryRun(page);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("switch", { name: "Safety backup first" }).uncheck();
  await coffer.tenants.unsafe(`insert into ${schema}.orders values (100, 2, 7.00)`);
  await page.getByRole("button", { name: "Import 40 rows" }).click();
  await jobAtEnd(api, await importOf(page));
  await expect(page.getByText("Import of rows failed")).toBeVisible();
  await shoot(page, "import-5-failed-dialog");
  await page.getByRole("button", { name: "Close" }).last().click();
  await shoot(page, "import-5-failed", { whole: true });
});

test("a file that is refused", async ({ page, api, coffer }) => {
  const { slug } = await addShop(coffer, api, "Harbour Books");
  await page.goto(`/projects/${slug}/data/import`);
  const file = { name: "report.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7") };
  await page.getByLabel("Choose a file").setInputFiles(file);
  await expect(page.getByText("This is a PDF document.")).toBeVisible();
  await shoot(page, "import-2-refused");
});
