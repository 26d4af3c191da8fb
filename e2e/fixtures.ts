import { test as base, type Page } from "@playwright/test";
import { type Api, announced, type Coffer, connectTo } from "@/e2e/tools/coffer";
import { jobWhen } from "@/e2e/tools/exports";
import { type Pace, paceOf } from "@/e2e/tools/pace";
import { addGuest, type Guest } from "@/e2e/tools/people";

export { expect } from "@playwright/test";

type Fixtures = {
  /** An administrator of this test alone. */
  guest: Guest;
  /** Holds a gzip export of Acme Shop in the middle, until its pace says otherwise or the test is over. */
  hold: (jobId: string) => Promise<Pace>;
};

type WorkerFixtures = {
  coffer: Coffer;
  /** Procedures in the administrator's name. */
  api: Api;
};

/** Every page is signed in as the administrator, unless a spec says otherwise. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  coffer: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
    async ({}, use) => {
      const coffer = await connectTo(announced());
      await use(coffer);
      await coffer.close();
    },
    { scope: "worker" },
  ],
  api: [({ coffer }, use) => use(coffer.api(announced().adminState)), { scope: "worker" }],
  baseURL: ({ coffer }, use) => use(coffer.url),
  storageState: ({ coffer: _ }, use) => use(announced().adminState),
  guest: async ({ coffer }, use) => use(await addGuest(coffer, { role: "admin" })),
  hold: async ({ coffer, api }, use) => {
    const paces: Pace[] = [];
    await use(async (jobId) => {
      const pace = paceOf(coffer.dataDir, jobId);
      paces.push(pace);
      await pace.hold();
      await jobWhen(api, jobId, (job) => job.currentTable === "product_images");
      return pace;
    });
    for (const pace of paces) await pace.go();
  },
});

/** For `test.use`: nobody is signed in. */
export const signedOut = { storageState: { cookies: [], origins: [] } };

/** Gives this page to somebody else. */
export async function enterAs(page: Page, { state }: Guest): Promise<void> {
  await page.context().clearCookies();
  await page.context().addCookies(state.cookies);
}
