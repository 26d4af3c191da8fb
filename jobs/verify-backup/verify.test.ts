import { desc, eq, sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, proofs } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { type TortureTenant, tortureTenant } from "@/jobs/testing/torture";
import { backupOf, now, proofOf, whole } from "@/jobs/testing/verification";
import { waitFor } from "@/jobs/testing/wait";
import { givenWorker } from "@/jobs/testing/worker-process";
import { restoredSchema } from "@/jobs/verify-backup/proof";

givenControlPlane();

let tenant: Tenant;
let torture: TortureTenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  torture = await tortureTenant();
});

const formats = ["custom", "sql", "tar", "package"] as const;
const compressions = ["gzip", "zstd", "none"] as const;

describe("a verification", () => {
  givenWorker();

  describe.each(formats)("of a backup as %s", (format) => {
    it.each(compressions)("with compression %s proves it by a restore", async (compression) => {
      const backup = await backupOf(torture, { format, compression });
      const proof = await proofOf(backup, "restore");
      expect(proof).toMatchObject({
        result: "passed",
        results: {
          ...whole,
          decryption_test: "skipped",
          decompression_test: compression === "none" ? "skipped" : "passed",
          restore_test: "passed",
        },
        restored: { complaint: null, missing: [], proof: { isProven: true } },
      });
      expect(proof.restored?.proof?.tables).toHaveLength(backup.tableCount);
      expect(await now(backup)).toMatchObject({ status: "available", verifiedLevel: "restore" });
    });
  });

  it.each(["archive", "restore"] as const)("at level %s follows an export that asks for it", async (level) => {
    const backup = await backupOf(tenant, { format: "custom", fingerprint: false, verify: level });
    const proof = await waitFor(
      async () => (await db.select().from(proofs).where(eq(proofs.backupId, backup.id)))[0] ?? null,
      { what: "the proof" },
    );
    expect(proof).toMatchObject({ level, result: "passed" });
    const restored = restoredSchema.nullable().parse(proof.restored);
    const verdicts = restored?.proof?.tables.map(({ verdict }) => verdict) ?? null;
    expect(verdicts).toEqual(level === "restore" ? ["equal", "equal", "equal"] : null);
    expect(await now(backup)).toMatchObject({ verifiedLevel: level });
  });

  it("at level archive leaves the server alone, and takes no proof by restore away", async () => {
    const backup = await backupOf(tenant, { format: "custom" });
    expect(await proofOf(backup, "archive")).toMatchObject({ result: "passed", restored: null, results: whole });
    expect(await now(backup)).toMatchObject({ verifiedLevel: "archive" });
    await proofOf(backup, "restore");
    await proofOf(backup, "archive");
    expect(await now(backup)).toMatchObject({ verifiedLevel: "restore", verifiedAt: expect.any(Date) });
    const [event] = await db
      .select()
      .from(auditEvents)
      .where(sql`${auditEvents.subjectId} = ${backup.id}`)
      .orderBy(desc(auditEvents.id));
    expect(event).toMatchObject({ action: "backup.verified", details: { level: "archive", result: "passed" } });
  });

  it("says what the scratch database lacked when the backup leans on something that is gone", async () => {
    const leaning = await tortureTenant();
    const backup = await backupOf(leaning, { format: "custom" });
    await leaning.sql.unsafe(`drop schema ${leaning.shared} cascade`);
    const proof = await proofOf(backup, "restore");
    expect(proof.results.restore_test).toBe("failed");
    expect(proof.checks.at(-1)?.detail).toContain(leaning.shared);
  });
});
