import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, dataFiles } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { givenWorker } from "@/jobs/testing/worker-process";
import { api, call, givenApi } from "@/server/testing/api";
import { clients, csv, file, givenClients, send } from "@/server/testing/data-imports";

givenControlPlane();
givenApi({ IMPORTS_PER_MINUTE: "0" });
givenWorker();
const given = givenClients();

describe("a file of rows", () => {
  it("is looked at, tried and imported by REST, with the same numbers", async () => {
    const valid = await send("/api/v1/import/validate", { table: "clients", file: file() });
    expect(valid).toMatchObject({
      status: 200,
      body: {
        valid: true,
        errors: [],
        detected_format: "csv",
        tables_found: ["clients"],
        record_counts: { clients: 2 },
        total_records: 2,
      },
    });
    const merge = { import_mode: "upsert", conflict_resolution: "overwrite" };
    const dry = await send("/api/v1/import/dry-run", { table: "clients", ...merge, file: file(gzipSync(csv)) });
    expect(dry).toMatchObject({
      status: 200,
      body: {
        success: true,
        will_insert: 1,
        will_update: 1,
        will_skip: 0,
        will_delete: 0,
        conflicts: 1,
        table_operations: [{ table: "clients", insert: 1, update: 1 }],
      },
    });
    const { job_id, file_id } = dry.body as { job_id: string; file_id: string };
    const wish = { project_id: given.tenant.slug, table: "clients", file_id, dry_run_id: job_id, ...merge };
    const done = await call("POST /api/v1/import/execute", { as: given.ada, body: wish });
    expect(done).toMatchObject({
      status: 200,
      body: {
        success: true,
        message: "1 row inserted, 1 updated.",
        records_inserted: 1,
        records_updated: 1,
        records_failed: 0,
        table_results: [{ table: "clients", insert: 1, update: 1 }],
      },
    });
    expect([...(await clients())]).toMatchObject([
      { id: 1, name: "uno", amount: "12345678901234567890.10" },
      { id: 2, name: "two", amount: null },
    ]);
    const { backup_id } = done.body as { backup_id: string };
    const [backup] = await db.select().from(backups).where(eq(backups.id, backup_id));
    expect(backup).toMatchObject({ type: "safety", description: "What was there before an import of rows." });
    expect(await db.select().from(dataFiles).where(eq(dataFiles.id, file_id))).toEqual([]);
    const audited = await db
      .select({ action: auditEvents.action })
      .from(auditEvents)
      .where(eq(auditEvents.actorId, given.ada.id));
    const actions = audited.map(({ action }) => action);
    expect(actions).toEqual(
      expect.arrayContaining([
        "data.uploaded",
        "data.check_started",
        "data.import_started",
        "backup.made",
        "data.imported",
      ]),
    );
  });

  it("of one table is imported by the table's own address, as text or as a form", async () => {
    const wish = { project_id: given.tenant.projectId, data: '[{"id": 7, "name": "seven"}]', create_backup: false };
    expect(await call("POST /api/v1/import/clients", { as: given.ada, body: wish })).toMatchObject({
      status: 200,
      body: { records_inserted: 1 },
    });
    const form = { data: "id,name\n8,eight\n", create_backup: "false", validate_first: "false" };
    expect(await send("/api/v1/import/clients", form)).toMatchObject({
      status: 200,
      body: { records_inserted: 1, backup_id: null },
    });
    const renamed = {
      file: file("nr;titel\n9;neun\n"),
      mapping: JSON.stringify([{ source: null, table: "clients", columns: { nr: "id", titel: "name" } }]),
      create_backup: "false",
    };
    expect(await send("/api/v1/import/execute", renamed)).toMatchObject({ status: 200, body: { records_inserted: 1 } });
    expect((await clients()).map(({ id }) => id)).toEqual([1, 7, 8, 9]);
  });
});

it("whoever does not want to wait gets the job", async () => {
  const response = await fetch(`${api.url}/api/v1/import/clients?project_id=${given.tenant.slug}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${given.ada.jwt}`, "Content-Type": "application/json", Prefer: "wait=0" },
    body: JSON.stringify({ data: csv, create_backup: false, import_mode: "upsert", conflict_resolution: "skip" }),
  });
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ data: { kind: "import_data" } });
  expect(response.headers.get("location")).toMatch(/^\/api\/jobs\//);
});
