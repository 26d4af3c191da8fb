import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { projects } from "@/db/schema";
import { dumpPath } from "@/jobs/import-dump/files";
import { fixedIn, isAtLeast } from "@/jobs/import-dump/floor";
import { findInstallations } from "@/jobs/postgres/tools";
import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { dumpOf, imported, rolesAndSchemasOf, scriptOf, startImportOf, uploaded } from "@/jobs/testing/dump-import";
import { testEnv } from "@/jobs/testing/env";
import { cancelExport, jobAtEnd } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { toolOfVersion } from "@/jobs/testing/stand-in";
import { adminSql, makeTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

/** Its one row waits, in a transaction that is not the first, under a name that the session has given itself. */
const waiting = scriptOf(`
CREATE FUNCTION stranger.wait() RETURNS trigger LANGUAGE plpgsql AS
  $f$ begin set application_name = 'somebody else'; perform pg_advisory_xact_lock(4713); return new; end $f$;
CREATE TRIGGER wait BEFORE INSERT ON stranger.t FOR EACH ROW EXECUTE FUNCTION stranger.wait();
ALTER TABLE stranger.t ADD CONSTRAINT p PRIMARY KEY (id);
CREATE TABLE stranger.u (id integer REFERENCES stranger.t);
ALTER TABLE stranger.u ADD CONSTRAINT f FOREIGN KEY (id) REFERENCES stranger.t(id);
COPY stranger.t (id, body) FROM stdin;
1\ta
\\.
`);

async function heldJob() {
  const lock = await blocking(testEnv.tenantUrl, "select pg_advisory_lock(4713)");
  const started = await startImportOf(await uploaded(waiting), { allowFunctions: true });
  return { ...started, lock };
}

it("a worker that is killed in the middle leaves a role that the next one removes before it goes on", async () => {
  await using victim = await startWorkerProcess();
  const { id, options, lock } = await heldJob();
  await waitingForLock("somebody else");
  victim.signal("SIGKILL");
  await victim.exited;
  expect((await rolesAndSchemasOf(id)).length).toBe(3);
  await reapNow(id);
  await lock[Symbol.asyncDispose]();
  await using _ = await startWorkerProcess();
  expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
  expect(await rolesAndSchemasOf(id)).toEqual([]);
  expect(await leftovers(id)).toEqual(nothing);
  expect(existsSync(dumpPath(options.dumpId))).toBe(false);
  expect(await adminSql().unsafe(`select id from "${options.schemaName}".t`)).toEqual([{ id: 1 }]);
});

it("a slug that was taken meanwhile leaves nothing of what was restored already", async () => {
  await using _ = await startWorkerProcess();
  const { id, options, lock } = await heldJob();
  await waitingForLock("somebody else");
  const { slug, databaseId } = options;
  await db.insert(projects).values({ slug, name: slug, databaseId, schemaName: `another ${slug}` });
  await lock[Symbol.asyncDispose]();
  expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "restore_refused", attempts: 1 });
  expect(await rolesAndSchemasOf(id)).toEqual([]);
  expect(existsSync(dumpPath(options.dumpId))).toBe(true);
});

it("an archive waits for a pg_restore that a crafted one cannot take over", async () => {
  const tenant = await makeTenant();
  const known = (await findInstallations()).filter(({ tools }) => tools.has("pg_restore"));
  const isSafe = known.some(({ version }) => isAtLeast(version, fixedIn));
  await using _ = await startWorkerProcess({ COFFER_PG_BIN: await toolOfVersion("pg_restore", "15.19") });
  const { job } = await imported(await dumpOf(tenant, "custom"));
  const needed = expect.stringContaining("needs pg_restore 14.25, 15.20, 16.16, 17.12, 18.7 or newer; only");
  expect(job).toMatchObject(isSafe ? { status: "completed" } : { errorCode: "tool_missing", errorMessage: needed });
  expect((await imported(await dumpOf(tenant, "plain"))).job).toMatchObject({ status: "completed" });
});

it("a cancel in the middle leaves nothing but the file, of which a project can still be made", async () => {
  await using _ = await startWorkerProcess();
  const { id, options, lock } = await heldJob();
  await waitingForLock("somebody else");
  await cancelExport(id);
  const job = await jobAtEnd(id);
  expect(job).toMatchObject({ status: "cancelled", cancelReceipt: { backendEndedAt: expect.any(String) } });
  expect(await rolesAndSchemasOf(id)).toEqual([]);
  expect(await adminSql()`select from pg_stat_activity where application_name = 'somebody else'`).toEqual([]);
  await lock[Symbol.asyncDispose]();
  const again = await startImportOf(options.dumpId, { allowFunctions: true });
  expect(await jobAtEnd(again.id)).toMatchObject({ status: "completed", errorMessage: null });
});
