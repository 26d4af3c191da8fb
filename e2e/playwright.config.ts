import { defineConfig, devices } from "@playwright/test";
import { findChromium } from "@/bin/chromium";

const executablePath = await findChromium();

export default defineConfig({
  testDir: ".",
  testIgnore: "*screenshots.spec.ts",
  outputDir: "../test-results",
  globalSetup: "./global-setup.ts",
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // Much of their time goes into waiting for jobs.
  workers: 3,
  // A machine may be slow and busy; what hangs is found all the same.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  reporter: "list",
  use: {
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 800 },
    actionTimeout: 45_000,
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath,
      args: ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
    },
  },
});
