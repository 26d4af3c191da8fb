import { chromium } from "@playwright/test";
import { isExecutable, onPath } from "@/jobs/postgres/install-command";

const programs = [
  "chromium-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
];
const applications = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:/Program Files/Google/Chrome/Application/chrome.exe",
  "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
];

/** The browser for tests: the one that Playwright has fetched, else the system's. */
export async function findChromium(): Promise<string | undefined> {
  for (const file of [chromium.executablePath(), ...applications]) if (await isExecutable(file)) return file;
  for (const program of programs) {
    const file = await onPath(program);
    if (file) return file;
  }
  return undefined;
}
