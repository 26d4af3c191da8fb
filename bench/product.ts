import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "@playwright/test";
import type { Row } from "@/bench/report";
import { root } from "@/bin/build";
import { findChromium } from "@/bin/chromium";

const port = 43_121;
const address = `http://localhost:${port}`;
const account = { email: "admin@localhost", password: "bench-password-1234" };

/** `npm start` in a folder of its own; gives the process once it says that it is ready. */
async function start(dataDir: string): Promise<ChildProcess> {
  const env = { ...process.env, DATA_DIR: dataDir, PORT: String(port), ADMIN_PASSWORD: account.password };
  for (const name of ["DATABASE_URL", "COFFER_SECRET", "BACKUP_DIR"]) Reflect.deleteProperty(env, name);
  const child = spawn(process.execPath, ["--import", "tsx", "bin/start.ts"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes("is ready")) break;
  child.stdout?.resume();
  return child;
}

async function stop(child: ChildProcess) {
  child.kill("SIGTERM");
  await once(child, "exit");
}

/** The second start of the product, and the first load of its first page. */
export async function benchProduct(): Promise<Row[]> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "coffer-bench-start-"));
  try {
    await stop(await start(dataDir));
    const began = performance.now();
    const child = await start(dataDir);
    const seconds = (performance.now() - began) / 1000;
    const page = await loadOverview();
    await stop(child);
    return [
      {
        what: "`npm start`, second time, to ready",
        ours: "",
        peer: "",
        result: seconds,
        unit: "s",
        target: { atMost: 5 },
      },
      {
        what: "first load of the overview: JavaScript, compressed",
        ours: "",
        peer: "",
        result: page.scriptBytes / 1000,
        unit: "kB",
        target: { atMost: 200 },
      },
      {
        what: "first load of the overview: largest contentful paint",
        ours: "",
        peer: "",
        result: page.paint,
        unit: "ms",
        target: { atMost: 1500 },
      },
      {
        what: "first load of the overview: layout shift",
        ours: "",
        peer: "",
        result: page.shift,
        unit: "",
        target: { atMost: 0.01 },
      },
    ];
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function loadOverview() {
  const args = ["--no-sandbox", "--disable-quic", "--disable-background-networking"];
  const browser = await chromium.launch({ executablePath: (await findChromium()) ?? "", args });
  try {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    await page.getByLabel("Email").fill(account.email);
    await page.getByLabel("Password").fill(account.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    const fresh = await browser.newContext({ storageState: await context.storageState() });
    const first = await fresh.newPage();
    await first.goto(address, { waitUntil: "networkidle" });
    // tsx gives functions their names by a helper that the page does not have.
    await first.evaluate("globalThis.__name = (fn) => fn");
    return await first.evaluate(measurePage);
  } finally {
    await browser.close();
  }
}

/** Runs in the page. Bytes as they came over the wire. */
async function measurePage() {
  const observed = (type: string) =>
    new Promise<PerformanceEntry[]>((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries())).observe({ type, buffered: true });
      setTimeout(() => resolve([]), 500);
    });
  const scripts = performance.getEntriesByType("resource").filter((entry) => /\.js(\?|$)/.test(entry.name));
  const paints = await observed("largest-contentful-paint");
  const shifts = await observed("layout-shift");
  const field = (entry: PerformanceEntry, name: string) => Number(Reflect.get(entry, name) ?? 0);
  return {
    scriptBytes: scripts.reduce((sum, entry) => sum + field(entry, "transferSize"), 0),
    paint: paints.at(-1)?.startTime ?? Number.NaN,
    shift: shifts.reduce((sum, entry) => sum + field(entry, "value"), 0),
  };
}
