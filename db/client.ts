import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { dbEnv } from "@/db/env";
import * as schema from "@/db/schema";

export type Db = PostgresJsDatabase<typeof schema>;
export type Tx = Parameters<Parameters<Db["transaction"]>[0]>[0];

/**
 * The server ends the sessions of a host that was cut off, and of a process that hangs: what they hold, a job's row or a lock, others wait
 * for. Without these it does so after two hours, or never.
 */
const endOfTheSilent = {
  // Seconds.
  tcp_keepalives_idle: 10,
  tcp_keepalives_interval: 5,
  tcp_keepalives_count: 3,
  // Milliseconds.
  tcp_user_timeout: 25_000,
  idle_in_transaction_session_timeout: 60_000,
};

/** Connects to the control plane. drizzle changes the parsers of the client it is given, so it gets one of its own. */
export function connectControlPlane(url: string, max: number) {
  const connection = { application_name: "coffer", jit: "off", ...endOfTheSilent };
  const client = postgres(url, { max, onnotice: () => {}, connection });
  prepareAll(client);
  return { db: drizzle(client, { schema }), client, end: () => client.end({ timeout: 5 }) };
}

/** A statement with more parameters has them for a list, and so another text each time. */
const mostPrepared = 64;

/**
 * Has the server keep each statement's plan for as long as the session lives: half of the work of a short one is to plan it, and
 * postgres.js asks twice for one that is not kept. drizzle leaves that to whoever names his statements one by one.
 */
function prepareAll(client: postgres.Sql): void {
  const { begin } = client;
  prepareOf(client);
  const prepared = (work: (tx: postgres.TransactionSql) => unknown) => begin((tx) => work(prepareOf(tx)));
  client.begin = prepared as typeof client.begin;
}

function prepareOf<T extends postgres.Sql | postgres.TransactionSql>(client: T): T {
  const { unsafe } = client;
  client.unsafe = ((query, params = [], options) =>
    unsafe(query, params, { ...options, prepare: params.length <= mostPrepared })) as typeof unsafe;
  return client;
}

type ControlPlane = ReturnType<typeof connectControlPlane>;
// Next loads this module once per bundle and again after each hot reload: one pool for the whole process all the same.
const shared = globalThis as typeof globalThis & { cofferControlPlane?: ControlPlane };

/** The control plane of this process, connected on first use. */
export function controlPlane(): ControlPlane {
  shared.cofferControlPlane ??= connectControlPlane(dbEnv().DATABASE_URL, 10);
  return shared.cofferControlPlane;
}

/** The drizzle client of this process. */
export const db = new Proxy({} as Db, { get: (_, key) => Reflect.get(controlPlane().db, key, controlPlane().db) });
