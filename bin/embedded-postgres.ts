import { readFile } from "node:fs/promises";
import path from "node:path";
import postgres from "postgres";
import { type Cluster, initialise, killServer, runningPort, startServer, stopServer } from "@/bin/embedded-cluster";
import { controlDatabase, ensureRoles, tenantsDatabase } from "@/bin/embedded-roles";
import { type EmbeddedState, newState, type Role, readState, roles, writeState } from "@/bin/embedded-state";
import { noSuchMajor, operatorFolders, serverInstallations } from "@/bin/install-postgres";
import { waitForLock } from "@/bin/lock";
import { postgresUser } from "@/bin/system-user";
import { AppError } from "@/db/errors";
import type { Connection } from "@/db/schema/database";
import { findInstallations, type Installation } from "@/jobs/postgres/tools";

const host = "127.0.0.1";

export type EmbeddedPostgres = {
  host: string;
  port: number;
  /** The folder of the programs that run it. */
  bin: string;
  version: string;
  /** True when it ran before we came. */
  reused: boolean;
  /** Superuser, database `postgres`. */
  adminUrl: string;
  controlUrl: string;
  tenantsUrl: string;
  tenants: Connection;
  urlFor: (database: string, role?: Role) => string;
  stop: (mode?: "fast" | "immediate") => Promise<void>;
  /** Ends it without waiting; the next start recovers. */
  kill: () => void;
};

export type EmbeddedOptions = {
  /** Absolute. Made by the caller. */
  dataDir: string;
  /** Faster, and broken after a power cut: for tests. */
  throwaway?: boolean;
  /** What it is to be started with beside what is usual, as `name=value`. */
  settings?: string[];
  /** What its programs are to see beside what is usual. */
  env?: Record<string, string>;
  /** Called before the server starts, with its version. */
  onStart?: (version: string) => void;
};

/** Starts our own PostgreSQL under `dataDir`, or finds it running. Loopback only, with passwords. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const lock = await waitForLock(path.join(options.dataDir, "postgres.lock"), 120);
  try {
    return await start(options);
  } finally {
    await lock.release();
  }
}

async function start({
  dataDir,
  throwaway = false,
  settings = [],
  env = {},
  onStart,
}: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const known = await readState(dataDir);
  const user = await postgresUser(path.join(known?.folder ?? path.join(dataDir, "postgres"), "data"));
  const state = known ?? (await newState(dataDir, user));
  const data = path.join(state.folder, "data");
  const major = await majorOf(data);
  const installation = await serverPrograms(major, data);
  const cluster: Cluster = { bin: installation.bin, folder: state.folder, data, user, throwaway, settings, env };
  const answers = (port: number) => canConnect(addressOf(state, port)("postgres", "admin"));

  const running = major === undefined ? undefined : await runningPort(cluster, answers);
  if (running === undefined) {
    onStart?.(installation.version);
    if (major === undefined) await initialise(cluster, { name: roles.admin, password: state.passwords.admin });
  }
  const port = running ?? (await startServer(cluster, state.port));
  if (port !== state.port) await writeState(dataDir, { ...state, port });
  const urlFor = addressOf(state, port);
  await withAdmin(urlFor("postgres", "admin"), (admin) => ensureRoles(admin, state));
  return describeServer({ cluster, installation, port, urlFor, state, reused: running !== undefined });
}

function describeServer(server: {
  cluster: Cluster;
  installation: Installation;
  port: number;
  urlFor: EmbeddedPostgres["urlFor"];
  state: EmbeddedState;
  reused: boolean;
}): EmbeddedPostgres {
  const { cluster, installation, port, urlFor, state, reused } = server;
  const { bin, version } = installation;
  return {
    host,
    port,
    bin,
    version,
    reused,
    urlFor,
    adminUrl: urlFor("postgres", "admin"),
    controlUrl: urlFor(controlDatabase, "control"),
    tenantsUrl: urlFor(tenantsDatabase, "tenants"),
    tenants: {
      host,
      port,
      user: roles.tenants,
      password: state.passwords.tenants,
      database: tenantsDatabase,
      ssl: "disable",
    },
    stop: (mode = "fast") => stopServer(cluster, mode),
    kill: () => killServer(cluster),
  };
}

const addressOf =
  (state: EmbeddedState, port: number): EmbeddedPostgres["urlFor"] =>
  (database, role = "admin") =>
    `postgres://${roles[role]}:${state.passwords[role]}@${host}:${port}/${encodeURIComponent(database)}`;

async function majorOf(data: string): Promise<number | undefined> {
  const version = await readFile(path.join(data, "PG_VERSION"), "utf8").catch(() => undefined);
  return version === undefined ? undefined : Number.parseInt(version, 10);
}

/** The newest programs for a new data directory; for one that exists those of its own major version. */
async function serverPrograms(major: number | undefined, data: string): Promise<Installation> {
  const able = serverInstallations(await findInstallations({ extraFolders: operatorFolders() }));
  const fit = able.find((installation) => major === undefined || installation.major === major);
  if (fit) return fit;
  throw new AppError("UNAVAILABLE", await noSuchMajor(major, { data, found: able.map(({ version }) => version) }));
}

async function canConnect(url: string): Promise<boolean> {
  return withAdmin(url, (admin) => admin`select 1`).then(
    () => true,
    () => false,
  );
}

async function withAdmin<T>(url: string, work: (admin: postgres.Sql) => Promise<T>): Promise<T> {
  const admin = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    return await work(admin);
  } finally {
    await admin.end({ timeout: 5 });
  }
}
