import { expect, test } from "@/e2e/fixtures";
import { expectAccessible } from "@/e2e/tools/accessible";
import { addShop, clientsFile, step } from "@/e2e/tools/data-import";

test("an upload goes on where it was when the connection is back, and can be cancelled", async ({
  page,
  api,
  coffer,
}) => {
  const { slug } = await addShop(coffer, api);
  const parts = "**/api/v1/uploads/*";
  await page.goto(`/projects/${slug}/data/import`);
  await page.route(parts, async (route) => {
    await page.context().setOffline(true);
    await route.abort("internetdisconnected");
  });
  await page.getByLabel("Choose a file").setInputFiles(clientsFile);
  await expect(page.getByText("The connection is lost.")).toBeVisible();
  await expect(page.getByRole("progressbar", { name: "Uploading clients.csv" })).toBeVisible();
  await page.unroute(parts);
  await page.context().setOffline(false);
  await expect(step(page, "Say where its rows go")).toBeFocused();

  await page.goto(`/projects/${slug}/data/import`);
  const held = Promise.withResolvers<void>();
  await page.route(parts, async (route) => {
    await held.promise;
    // Nobody waits for the answer any more.
    await route.continue().catch(() => {});
  });
  await page.getByLabel("Choose a file").setInputFiles(clientsFile);
  await expectAccessible(page, "an upload");
  await page.getByRole("button", { name: "Cancel upload" }).click();
  await expect(page.getByText("The upload was cancelled. Nothing of it was kept.")).toBeVisible();
  held.resolve();
  await expect(page.getByLabel("Choose a file")).toBeAttached();
});
