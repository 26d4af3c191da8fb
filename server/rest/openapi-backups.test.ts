import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { databaseOf } from "@/jobs/testing/dump-import";
import type { Tenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { call, givenApi, type Person } from "@/server/testing/api";
import { driver, isAboutBackups } from "@/server/testing/documented";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi();
givenWorker();

describe("every operation about backups answers as the document says", () => {
  let tenant: Tenant;
  let admin: Person;
  let ada: Person;
  let nobody: Person;
  const { check, expectAll } = driver();

  beforeAll(async () => {
    ({ tenant, admin, ada, nobody } = await tenantWithPeople());
  });

  it("about backups", async () => {
    const body = { project_id: tenant.projectId, description: "of a test", tags: ["a"] };
    const as = ada;
    const wait = { Prefer: "wait=60" };
    expect((await check("createBackup", call("POST /api/v1/backups/create", { as, body }))).status).toBe(202);
    const made = await check("createBackup", call("POST /api/v1/backups/create", { as, body, headers: wait }));
    expect(made.status).toBe(201);
    const { backup_id: id } = made.body as { backup_id: string };
    expect((await check("listBackups", call("GET /api/v1/backups/list?tag=a&limit=1", { as }))).status).toBe(200);
    expect((await check("getBackup", call(`GET /api/v1/backups/${id}`, { as }))).status).toBe(200);
    expect((await check("createDownloadLink", call(`POST /api/v1/backups/${id}/link`, { as }))).status).toBe(200);
    const verify = `POST /api/v1/backups/${id}/verify`;
    expect((await check("verifyBackup", call(verify, { as }))).status).toBe(202);
    const proven = await check("verifyBackup", call(verify, { as, body: { level: "restore" }, headers: wait }));
    expect(proven).toMatchObject({ status: 200, body: { verified: true } });
    expect((await check("verifyBackup", call(verify, { as, body: { level: "all" } }))).status).toBe(400);
    expect((await check("listProofs", call(`GET /api/v1/backups/${id}/proofs`, { as }))).status).toBe(200);
    const { proof_id } = proven.body as { proof_id: string };
    const proof = `GET /api/v1/backups/${id}/proofs/${proof_id}`;
    expect((await check("getProof", call(proof, { as }))).body).toMatchObject({
      tables: [{ verdict: "rows equal" }, {}, {}],
    });
    expect((await check("getProofReport", call(`${proof}/report`, { as }))).status).toBe(200);
    expect((await check("getProof", call(proof, { as: nobody }))).status).toBe(404);
    expect((await check("getProofReport", call(`${proof}/report`, { as: nobody }))).status).toBe(404);
    const download = `/api/v1/backups/${id}/download`;
    expect((await check("downloadBackup", call(`GET ${download}`, { as }))).status).toBe(200);
    const parts = { Range: "bytes=0-3" };
    expect((await call(`GET ${download}`, { as, headers: parts })).status).toBe(206);
    expect((await check("downloadBackup", call(`GET ${download}`))).status).toBe(401);
    const decrypted = `POST /api/v1/backups/${id}/decrypted`;
    expect((await check("downloadDecryptedBackup", call(decrypted, { as: admin, body: {} }))).status).toBe(400);
    expect((await check("downloadDecryptedBackup", call(decrypted, { as, body: {} }))).status).toBe(403);
    expect((await check("downloadDecryptedBackup", call(decrypted))).status).toBe(401);
    const policy = { project_id: tenant.projectId, keep_count: 1, dry_run: true };
    expect((await check("cleanUpBackups", call("POST /api/v1/backups/cleanup", { as, body: policy }))).status).toBe(
      200,
    );
    expect((await check("cleanUpBackups", call("POST /api/v1/backups/cleanup", { as, body: {} }))).status).toBe(403);
    expect((await check("readBackupStatus", call("GET /api/v1/backups/status", { as: admin }))).status).toBe(200);
    expect((await check("readBackupStats", call("GET /api/v1/backups/stats?days=7", { as }))).status).toBe(200);
    expect((await check("deleteBackup", call(`DELETE /api/v1/backups/${id}`, { as }))).status).toBe(204);
    expect((await check("getBackup", call(`GET /api/v1/backups/${id}`, { as }))).status).toBe(404);
  });

  it("about what is in a backup", async () => {
    const as = ada;
    const body = { project_id: tenant.projectId };
    const headers = { Prefer: "wait=60" };
    const made = await call("POST /api/v1/backups/create", { as, body, headers });
    const { backup_id: id } = made.body as { backup_id: string };
    const tables = `/api/v1/backups/${id}/tables`;
    expect((await check("listBackupTables", call(`GET ${tables}`, { as }))).status).toBe(200);
    const compare = `GET /api/v1/backups/${id}/compare`;
    expect((await check("compareBackup", call(compare, { as }))).status).toBe(200);
    expect((await check("compareBackup", call(`${compare}?other_id=${id}`, { as }))).status).toBe(200);
    expect((await check("compareBackup", call(`${compare}?other_id=1`, { as }))).status).toBe(400);
    const rows = { tables: ["t1"] };
    const comparing = call(`POST /api/v1/backups/${id}/compare/rows`, { as, body: rows, headers });
    expect((await check("compareBackupRows", comparing)).status).toBe(200);
    const again = call(`POST /api/v1/backups/${id}/compare/rows`, { as, body: { tables: ["none"] } });
    expect((await check("compareBackupRows", again)).status).toBe(404);
    const listed = await check("listComparisons", call(`GET /api/v1/backups/${id}/compare/rows`, { as }));
    expect(listed).toMatchObject({ status: 200, body: [{ tables: [{ table: "t1", added: 0, changed: 0 }] }] });
    for (const [operation, path] of [
      ["getBackupTable", ""],
      ["readBackupTableRows", "/rows"],
      ["downloadBackupTable", "/download"],
    ] as const) {
      expect((await check(operation, call(`GET ${tables}/t1${path}`, { as }))).status).toBe(200);
      expect((await check(operation, call(`GET ${tables}/none${path}`, { as }))).status).toBe(404);
      expect((await check(operation, call(`GET ${tables}/t1${path}`))).status).toBe(401);
    }
  });

  it("about restores", async () => {
    const headers = { Prefer: "wait=60" };
    const body = { project_id: tenant.projectId };
    const made = await call("POST /api/v1/backups/create", { as: ada, body, headers });
    const { backup_id: id } = made.body as { backup_id: string };
    const ask = (name: string, what: string, more: object = {}) =>
      check(name, call(`${what.replace("ID", id)}`, { as: admin, headers, ...more }));
    expect((await ask("preflightRestore", "GET /api/v1/backups/ID/restore/preflight")).status).toBe(200);
    const restore = "POST /api/v1/backups/ID/restore";
    const restored = await ask("restoreBackup", restore, { body: { confirm: tenant.slug } });
    expect(restored.status).toBe(200);
    expect((await ask("restoreBackup", restore, { body: { confirm: tenant.slug }, headers: {} })).status).toBe(202);
    const { job_id: jobId } = restored.body as { job_id: string };
    expect((await ask("undoRestore", `POST /api/v1/restores/${jobId}/undo`)).status).toBe(202);
    expect((await ask("undoRestore", `POST /api/v1/restores/${randomUUID()}/undo`)).status).toBe(404);
    const wish = { slug: `clone-${jobId}`, name: "A clone", schema_name: `clone ${jobId}` };
    expect((await ask("cloneBackup", "POST /api/v1/backups/ID/clone", { body: wish })).status).toBe(202);
  });

  it("about uploaded dumps", async () => {
    const headers = { "Content-Type": "application/octet-stream" };
    const sent = await check("uploadDump", call("POST /api/v1/dumps", { as: admin, body: "no dump", headers }));
    expect(sent.status).toBe(201);
    expect((await check("uploadDump", call("POST /api/v1/dumps", { as: ada, body: "no dump", headers }))).status).toBe(
      403,
    );
    expect((await check("uploadDump", call("POST /api/v1/dumps", { as: admin, body: {} }))).status).toBe(415);
    const restore = `POST /api/v1/dumps/${(sent.body as { dump_id: string }).dump_id}/restore`;
    const body = {
      slug: "from-a-dump",
      name: "A dump",
      schema_name: "from_a_dump",
      database_id: await databaseOf(tenant.projectId),
    };
    const tried = await check("restoreDump", call(restore, { as: admin, body, headers: { Prefer: "wait=60" } }));
    expect(tried).toMatchObject({ status: 202, body: { data: { status: "failed", error_code: "restore_refused" } } });
    expect((await check("restoreDump", call(restore, { as: admin, body: {} }))).status).toBe(400);
  });

  it("and none was left out", () => expectAll(isAboutBackups));
});
