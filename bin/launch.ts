import { watch } from "node:fs";
import path from "node:path";
import { root } from "@/bin/build";
import { type Closing, createClosing } from "@/bin/closing";
import { prepare } from "@/bin/prepare";
import { type Environment, say } from "@/bin/run";
import { readSettings, type Settings } from "@/bin/settings";
import { type ChildSpec, type Supervised, supervise } from "@/bin/supervisor";
import { AppError } from "@/db/errors";

export type Mode = "production" | "development";

/** Brings Coffer up, keeps it running until somebody asks it to stop, and ends this process. */
export async function launch(mode: Mode): Promise<never> {
  const closing = createClosing();
  const asked = whenAskedToStop(closing);
  let code = 0;
  try {
    await Promise.race([bringUp(mode, closing), asked]);
    await asked;
    say("Stopping …");
    // The database client throws from a timer when its server goes away in the middle of a statement.
    process.on("uncaughtException", () => {});
  } catch (error) {
    // What a person can mend is a sentence; anything else is a bug of ours and shows where.
    console.error(error instanceof AppError ? error.message : error);
    code = 1;
  }
  await closing.close();
  process.exit(code);
}

async function bringUp(mode: Mode, closing: Closing): Promise<void> {
  const settings = await readSettings();
  const account = await prepare(settings, closing, mode === "production");
  closing.signal.throwIfAborted();
  // Ended in the opposite order: the worker gives its jobs back before the web goes.
  const web = keep("web", { mode, settings, closing });
  const worker = keep("worker", { mode, settings, closing });
  if (mode === "development") {
    restartOnChange(worker, ["db", "jobs"], closing);
    // Next reloads pages; the procedures run in front of it.
    restartOnChange(web, ["db", "jobs", "server"], closing);
  }
  await Promise.all([web.ready, worker.ready]);
  const password = account.password === null ? "" : ` with password ${account.password}`;
  say(`Coffer is ready at ${settings.publicUrl} — sign in as ${account.email}${password}.`);
}

type Keep = { mode: Mode; settings: Settings; closing: Closing };

function keep(name: "web" | "worker", { mode, settings, closing }: Keep): Supervised {
  const child = supervise({ name, cwd: root, env: childEnv(mode, settings), ...commandOf(name, mode) });
  closing.defer(child.stop, child.kill);
  return child;
}

function commandOf(name: "web" | "worker", mode: Mode): Pick<ChildSpec, "args" | "stopSeconds"> {
  // A worker has 15 s to give its jobs back.
  const stopSeconds = name === "worker" ? 20 : 10;
  if (mode === "production") return { args: ["--enable-source-maps", `dist/${name}.js`], stopSeconds };
  return { args: ["--import", "tsx", `bin/${name}.ts`, ...(name === "web" ? ["--dev"] : [])], stopSeconds };
}

function childEnv(mode: Mode, { port, host, publicUrl, dataDir }: Settings): Environment {
  return {
    ...process.env,
    NODE_ENV: mode,
    NEXT_TELEMETRY_DISABLED: "1",
    NEXTAUTH_URL: publicUrl,
    // At a terminal only what needs attention is worth a line.
    LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
    PORT: String(port),
    HOST: host,
    PUBLIC_URL: publicUrl,
    DATA_DIR: dataDir,
  };
}

/** Starts it anew when a source changes. Not by tsx or node --watch: they keep IPC to themselves. */
function restartOnChange(child: Supervised, folders: string[], closing: Closing): void {
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void child.restart(), 200);
  };
  for (const folder of folders) {
    const watcher = watch(path.join(root, folder), { recursive: true }, changed);
    closing.defer(async () => watcher.close());
  }
}

/** Settles at the first Ctrl-C or SIGTERM, or when npm is gone. A second signal ends everything the hard way. */
function whenAskedToStop(closing: Closing): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAt: number | undefined;
  const onSignal = () => {
    firstAt ??= Date.now();
    resolve();
    // npm passes on the Ctrl-C that the terminal has given us already: that is one and the same.
    if (Date.now() - firstAt < 500) return;
    closing.kill();
    process.exit(130);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  whenParentGone(resolve);
  // The terminal may be gone by the time we say goodbye.
  process.stdout.on("error", () => {});
  return promise;
}

/** npm gives a SIGTERM to the shell between us and itself, and that one dies without passing it on. */
function whenParentGone(then: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && then(), 500).unref();
}
