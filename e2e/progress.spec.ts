import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { acme, jobDialog, start, startInDialog } from "@/e2e/tools/exports";
import { paceOf } from "@/e2e/tools/pace";
import { addTenant } from "@/e2e/tools/tenant";

type Seen = { percents: number[]; texts: string[]; tables: string[]; steps: string[] };

/** Writes down whatever the open dialog shows, each time that it changes. */
async function watchDialog(page: Page): Promise<() => Promise<Seen>> {
  await page.evaluate(() => {
    const seen: Seen = { percents: [], texts: [], tables: [], steps: [] };
    const note = <T>(list: T[], value: T | undefined | null) => {
      if (value !== undefined && value !== null && value !== list.at(-1)) list.push(value);
    };
    const look = () => {
      const dialog = document.querySelector("dialog[open]");
      note(seen.percents, dialog?.querySelector("progress")?.value);
      note(seen.texts, dialog?.querySelector("progress + span")?.textContent);
      note(seen.tables, dialog?.querySelector("[aria-label=running]")?.parentElement?.textContent);
      note(seen.steps, dialog?.querySelector("[aria-current=step]")?.getAttribute("title"));
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    look();
    Object.assign(window, { seen });
  });
  return () => page.evaluate(() => Reflect.get(window, "seen") as Seen);
}

test("progress moves through real values and names the tables, and never goes back", async ({ page, coffer, api }) => {
  const fruits = ["apples", "berries", "cherries", "dates", "elderberries", "figs"];
  const orchard = await addTenant(coffer, api, { tables: fruits, megabytesEach: 8 });
  const jobId = await startInDialog(page, orchard);
  await paceOf(coffer.dataDir, jobId).slow(8_000_000);
  const seenSoFar = await watchDialog(page);
  await expect(jobDialog(page, orchard).getByText("Backup ready")).toBeVisible({ timeout: 60_000 });
  const { percents, texts, tables, steps } = await seenSoFar();

  const between = new Set(percents.filter((percent) => percent > 0 && percent < 100));
  expect(between.size, `shown: ${percents}`).toBeGreaterThanOrEqual(3);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  const whole = texts.map((text) => Number(/^(\d+) %$/.exec(text)?.[1]));
  expect(whole).toEqual(whole.toSorted((a, b) => a - b));
  expect(new Set(tables).size, `shown: ${tables}`).toBeGreaterThanOrEqual(2);
  // As pg_dump goes through them.
  expect(tables).toEqual(fruits.filter((fruit) => tables.includes(fruit)));
  expect(steps).toContain("Dumping");
});

test("a running export shows its steps, its tables and its figures", async ({ page, api, hold }) => {
  const jobId = await start(api, acme);
  const pace = await hold(jobId);
  const { currentTable } = await api.job.getStatus.query({ jobId });
  await page.goto(`/projects/acme?job=${jobId}`);
  const dialog = jobDialog(page);

  await expect(dialog.getByRole("list", { name: "Steps" }).getByRole("listitem")).toHaveText([
    "Check, done",
    "Snapshot, done",
    "Dump, running",
    "Verify, not yet begun",
    "Store, not yet begun",
    "Finish, not yet begun",
  ]);
  await dialog.getByText(/^Tables \(\d+ of 17\)$/).click();
  const rows = dialog.getByRole("table", { name: "Tables of this export" }).getByRole("row");
  await expect(rows).toHaveCount(18);
  await expect(rows.filter({ has: page.getByRole("img", { name: "running" }) })).toContainText(currentTable ?? "?");
  await expect(rows.filter({ has: page.getByRole("img", { name: "done" }) })).not.toHaveCount(0);
  await expect(rows.filter({ has: page.getByRole("img", { name: "waiting" }) })).not.toHaveCount(0);
  await expect(dialog.getByText(/ MB of about [45]\d(\.\d)? MB$/)).toBeVisible();
  await expect(dialog.getByText(/^[\d,]+ rows$/)).toBeVisible();
  await expect(dialog.getByText(/so far/)).toBeVisible();

  await pace.go();
  await expect(dialog.getByText("Backup ready")).toBeVisible();
});
