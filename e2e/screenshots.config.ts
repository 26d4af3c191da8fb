import { defineConfig } from "@playwright/test";
import config from "@/e2e/playwright.config";

/** Pictures of every page and dialog, for people to look at: `npx playwright test -c e2e/screenshots.config.ts`. */
export default defineConfig(config, { testMatch: "*screenshots.spec.ts", testIgnore: [] });
