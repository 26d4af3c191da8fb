import { rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backups } from "@/db/schema";
import { makeBackup, reconcile, stateOf } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  admin = await addPerson({ role: "admin" });
});

const becomeLink = async (file: string) => {
  await rename(file, `${file}.away`);
  await symlink(`${file}.away`, file);
};

describe("a download of a file that", () => {
  it.each([
    { what: "is gone", status: 404, state: "missing", fault: (file: string) => rm(file) },
    { what: "was cut short", status: 422, state: "corrupt", fault: (file: string) => truncate(file, 3) },
    { what: "became a link", status: 422, state: "corrupt", fault: becomeLink },
  ])("$what is refused with $status, and the backup is $state from then on", async ({ status, state, fault }) => {
    const { backup } = await makeBackup(tenant);
    const download = () => call(`GET /api/v1/backups/${backup.id}/download`, { as: admin });
    expect(await download()).toMatchObject({ status: 200 });
    await fault(fileOf(backup));
    expect(await download()).toMatchObject({ status });
    const known = { status: state, events: ["backup.downloaded", `backup.${state}`] };
    expect(await stateOf(backup.id)).toEqual(known);
    await reconcile();
    expect(await download()).toMatchObject({ status });
    expect(await stateOf(backup.id)).toEqual(known);
  });

  it("holds other bytes than it did is refused once that is known", async () => {
    const { backup } = await makeBackup(tenant);
    const download = () => call(`GET /api/v1/backups/${backup.id}/download`, { as: admin });
    await db.update(backups).set({ checkedAt: null }).where(eq(backups.id, backup.id));
    await writeFile(fileOf(backup), "BYTES", { flag: "r+" });
    await reconcile();
    expect(await download()).toMatchObject({ status: 422, body: { error: "BackupCorrupt" } });
  });
});

describe("a download says what it is:", () => {
  it.each([
    { format: "custom", compression: "gzip", encrypted: false, type: "application/gzip" },
    { format: "tar", compression: "zstd", encrypted: false, type: "application/zstd" },
    { format: "tar", compression: "none", encrypted: false, type: "application/octet-stream" },
    { format: "custom", compression: "gzip", encrypted: true, type: "application/octet-stream" },
    { format: "package", compression: "gzip", encrypted: false, type: "application/x-tar" },
    { format: "package", compression: "gzip", encrypted: true, type: "application/x-tar" },
  ] as const)("$format with $compression (encrypted: $encrypted) is $type", async ({ type, ...kind }) => {
    const { backup } = await makeBackup(tenant);
    const recipients = kind.encrypted ? ["age1x"] : [];
    await db
      .update(backups)
      .set({ ...kind, recipients })
      .where(eq(backups.id, backup.id));
    const { headers } = await call(`GET /api/v1/backups/${backup.id}/download`, { as: admin });
    expect(headers.get("content-type")).toBe(type);
  });
});
