import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type EmbeddedPostgres, startEmbedded } from "@/bin/embedded-postgres";
import { readState } from "@/bin/embedded-state";

let dataDir: string;
let server: EmbeddedPostgres;
const pidFile = async () => path.join((await readState(dataDir))?.folder ?? "", "data/postmaster.pid");
const start = () => startEmbedded({ dataDir, throwaway: true });

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "coffer-embedded-"));
  server = await start();
});
afterAll(async () => {
  await server.stop("immediate");
  const state = await readState(dataDir);
  if (state) await rm(state.folder, { recursive: true, force: true });
  await rm(dataDir, { recursive: true });
});

async function ask<T extends object>(url: string, question: string): Promise<T | undefined> {
  const sql = postgres(url, { max: 1 });
  try {
    return (await sql.unsafe<T[]>(question))[0];
  } finally {
    await sql.end();
  }
}

it("gives each role its own database, and nothing of the other's", async () => {
  const who = "select current_user as name, rolsuper as super from pg_roles where rolname = current_user";
  expect(await ask(server.controlUrl, who)).toEqual({ name: "coffer_control", super: false });
  expect(await ask(server.tenantsUrl, who)).toEqual({ name: "coffer_tenants", super: false });
  await expect(ask(server.urlFor("coffer", "tenants"), "select 1")).rejects.toThrow(/permission denied/);
  await expect(ask(server.controlUrl.replace(/:[^:@]+@/, ":wrong@"), "select 1")).rejects.toThrow(/password/);
});

it("listens on the loopback address only, with checksums on", async () => {
  const settings = "select current_setting('listen_addresses') as listen, current_setting('data_checksums') as sums";
  expect(await ask(server.adminUrl, settings)).toEqual({ listen: "127.0.0.1", sums: "on" });
});

it("keeps its passwords from other users", async () => {
  expect((await stat(path.join(dataDir, "postgres.json"))).mode & 0o777).toBe(0o600);
});

it("is found when it runs already", async () => {
  const again = await start();
  expect(again).toMatchObject({ reused: true, port: server.port });
});

it("starts again after it was killed, on another port when its own is taken", async () => {
  process.kill(Number.parseInt(await readFile(await pidFile(), "utf8"), 10), "SIGKILL");
  const intruder = createServer();
  await expect.poll(() => listens(intruder, server.port), { timeout: 10_000 }).toBe(true);
  server = await start();
  expect(server.reused).toBe(false);
  expect((await readState(dataDir))?.port).toBe(server.port);
  intruder.close();
});

it("starts when the process number of a killed server belongs to another program now", async () => {
  const file = await pidFile();
  const lines = (await readFile(file, "utf8")).split("\n");
  await server.stop("immediate");
  await writeFile(file, [process.pid, ...lines.slice(1)].join("\n"));
  server = await start();
  expect(await ask(server.controlUrl, "select 1 as one")).toEqual({ one: 1 });
});

it("says which PostgreSQL it needs when the data were made by another major version", async () => {
  await server.stop();
  const version = path.join(path.dirname(await pidFile()), "PG_VERSION");
  const made = await readFile(version, "utf8");
  await writeFile(version, "9\n");
  await expect(start()).rejects.toThrow(/was made by PostgreSQL 9, and only .* was found\. /);
  await writeFile(version, made);
  server = await start();
});

function listens(intruder: ReturnType<typeof createServer>, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  intruder.once("error", () => resolve(false));
  intruder.listen(port, "127.0.0.1", () => resolve(true));
  return promise;
}
