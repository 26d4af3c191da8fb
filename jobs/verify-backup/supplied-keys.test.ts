import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { proofs } from "@/db/schema";
import { generateIdentity } from "@/jobs/archive/age/keys";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addKey, retireKey, type TestKey } from "@/jobs/testing/encryption-key";
import { type Backup, jobAtEnd } from "@/jobs/testing/export-job";
import { fileOf } from "@/jobs/testing/restore";
import { makeTenant } from "@/jobs/testing/tenant";
import { backupOf, flipBit, now, proofOf, verify } from "@/jobs/testing/verification";
import { givenWorker } from "@/jobs/testing/worker-process";

givenControlPlane();

describe("a backup whose secret key the server does not keep", () => {
  givenWorker();
  let key: TestKey;
  let backup: Backup;
  beforeAll(async () => {
    key = await addKey();
    backup = await backupOf(await makeTenant(), { format: "custom", encrypt: true });
    await retireKey(key);
  });

  it("is proven by a restore with the key that came along", async () => {
    const proof = await proofOf(backup, "restore", { identities: [generateIdentity(), key.identity] });
    expect(proof).toMatchObject({ result: "passed", results: { decryption_test: "passed", restore_test: "passed" } });
    expect(await now(backup)).toMatchObject({ verifiedLevel: "restore" });
  });

  it.each([
    ["another key", { identities: [generateIdentity()] }, "None of the keys opens this file."],
    ["a passphrase", { passphrase: "correct horse" }, "This file was encrypted with a key."],
  ])("says of %s that it is the wrong one, and nothing about the backup", async (_, keys, errorMessage) => {
    const before = await now(backup);
    const id = await verify(backup, "archive", keys);
    const expected = { status: "failed", errorCode: "wrong_key", errorMessage, attempts: 1 };
    expect(await jobAtEnd(id)).toMatchObject(expected);
    expect(await db.select().from(proofs).where(eq(proofs.jobId, id))).toEqual([]);
    expect(await now(backup)).toEqual(before);
  });

  it("is corrupt, whatever the key, when its file was changed", async () => {
    await flipBit(fileOf(backup));
    const proof = await proofOf(backup, "archive", { identities: [generateIdentity()] });
    expect(proof).toMatchObject({ result: "failed", results: { checksum_validation: "failed" } });
    expect(await now(backup)).toMatchObject({ status: "corrupt" });
  });
});
