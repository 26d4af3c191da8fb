import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, type TestKey } from "@/jobs/testing/encryption-key";
import { allowAttempts, backupsOf, cancelExport, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { killedBeforeRow, killedInMidDump } from "@/jobs/testing/killed-export";
import { inMidDump, leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { unpacked } from "@/jobs/testing/restore";
import { heldCompressor, heldRestore, misbehavingDump } from "@/jobs/testing/stand-in";
import { large, makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
let key: TestKey;
let tenant: Tenant;
beforeAll(async () => {
  key = await addKey();
  tenant = await makeTenant(large);
});

const order = { encrypt: true, format: "custom" };

async function expectNothing(id: string) {
  expect(await leftovers(id)).toEqual(nothing);
  expect(await backupsOf(id)).toEqual([]);
  expect(await published()).toEqual([]);
}

describe("an encrypted export that is cancelled leaves nothing behind", () => {
  it.each(["custom", "sql", "tar", "package"])("in the middle of its dump as %s", async (format) => {
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { ...order, format });
    await inMidDump(id);
    await cancelExport(id);
    expect(await jobAtEnd(id, 30)).toMatchObject({ status: "cancelled", attempts: 1 });
    await expectNothing(id);
  });

  it.each(["gzip", "none"])("while its table of contents is looked at (%s)", async (compression) => {
    const held = await heldRestore();
    await using _worker = await startWorkerProcess(held.env);
    const id = await startExport(tenant, { ...order, compression });
    await held.reached();
    await cancelExport(id);
    expect(await jobAtEnd(id, 30)).toMatchObject({ status: "cancelled" });
    await expectNothing(id);
  });

  it("when all is dumped and only the look at its table of contents is not over", async () => {
    const held = await heldRestore();
    await using _worker = await startWorkerProcess(held.env);
    const id = await startExport(await makeTenant({ rows: 10 }), order);
    await jobWhen(id, (job) => job.currentStep === "Checking the archive");
    await cancelExport(id);
    expect(await jobAtEnd(id, 30)).toMatchObject({ status: "cancelled" });
    await expectNothing(id);
  });
});

describe("an encrypted export is not listed", () => {
  it.each(["custom", "sql", "tar", "package"])("when pg_dump has dumped another schema as %s", async (format) => {
    await using _worker = await startWorkerProcess({ COFFER_PG_BIN: await misbehavingDump("astray") });
    const id = await startExport(tenant, { ...order, format });
    await allowAttempts(id, 1);
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "archive_invalid" });
    await expectNothing(id);
  });

  it.each([
    ["killed", "tool_killed"],
    ["fails", "permission_denied"],
    ["silent", "archive_invalid"],
  ] as const)(
    "when pg_dump %s: that is its cause, not what became of its table of contents",
    async (kind, errorCode) => {
      await using _worker = await startWorkerProcess({ COFFER_PG_BIN: await misbehavingDump(kind) });
      for (const compression of ["gzip", "none"]) {
        const id = await startExport(tenant, { ...order, compression });
        await allowAttempts(id, 1);
        expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode });
        await expectNothing(id);
      }
    },
  );

  it("when a look that hangs holds it up for too long", async () => {
    const held = await heldRestore();
    await using _worker = await startWorkerProcess({ ...held.env, EXPORT_STALL_SECONDS: "2" });
    const id = await startExport(tenant, { ...order, compression: "none" });
    await allowAttempts(id, 1);
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "stalled" });
    await expectNothing(id);
  });
});

describe("a worker that is killed", () => {
  it("in the middle of an encrypted dump leaves a job that another one does", async () => {
    const id = await killedInMidDump(tenant, order);
    await using _survivor = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    await expectOne(id);
  });

  it("between the encrypted file and its row leaves neither one without the other in the end", async () => {
    const known = (await published()).length;
    const id = await killedBeforeRow(tenant, order);
    await using _survivor = await startWorkerProcess();
    expect(await jobAtEnd(id)).toMatchObject({ status: "completed", errorMessage: null, attempts: 2 });
    await expectOne(id);
    expect(await published()).toHaveLength(known + 2);
  });
});

async function expectOne(id: string) {
  const [backup, ...more] = await backupsOf(id);
  if (!backup) throw new Error("no backup");
  expect(more).toEqual([]);
  expect(await published()).toContain(backup.storagePath);
  await unpacked(backup, key.file);
  expect(await leftovers(id)).toEqual(nothing);
}
