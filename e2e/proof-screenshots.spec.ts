import { truncate } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { addReferringTenant, holdVerification } from "@/e2e/tools/proofs";
import { openMenu, shoot } from "@/e2e/tools/shoot";

test.describe.configure({ mode: "serial" });

const proofOn = (page: Page) => page.getByRole("region", { name: "Proof", exact: true });

test("proofs", async ({ page, coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, { slug: "acme", fingerprint: true });
  const address = `/projects/acme/backups/${backupId}`;
  await page.goto(address);
  await expect(proofOn(page).getByText("Nobody has proven this backup yet.")).toBeVisible();
  await shoot(page, "proof-none");
  await proofOn(page).getByRole("button", { name: "Verify" }).click();
  await shoot(page, "verify-dialog");
  await page.keyboard.press("Escape");
  for (const level of ["archive", "restore"] as const) {
    const { jobId } = await api.proof.start.mutate({ backupId, level });
    await jobAtEnd(api, jobId);
    await page.goto(`${address}?job=${jobId}`);
    await expect(page.getByRole("dialog").getByText(/^(File is whole|Proven by a restore)$/)).toBeVisible();
    await shoot(page, `verify-finished-${level}`);
  }
  await page.goto(address);
  await proofOn(page).getByText("What was compared").click();
  await proofOn(page).getByText("1 earlier proof").click();
  await expect(proofOn(page).getByRole("row", { name: /customers table/ })).toBeVisible();
  await shoot(page, "proof-passed", { whole: true });
  const report = await proofOn(page)
    .getByRole("link", { name: /^Report to print/ })
    .first()
    .getAttribute("href");
  await page.goto(report ?? "");
  await shoot(page, "proof-report", { whole: true });
  await page.emulateMedia({ media: "print" });
  await shoot(page, "proof-report-printed");
  await page.emulateMedia({ media: "screen" });
});

test("a proof that has failed", async ({ page, coffer, api }) => {
  const { backupId } = await makeBackup(coffer, api, { slug: "lunaria", fingerprint: true, format: "sql" });
  const rows = `jsonb_set(jsonb_set(manifest, '{tables,1,rows}', '99999'), '{tables,3,fingerprint}', '"1:0123456789abcdef0123456789abcdef"')`;
  await coffer.control.unsafe(`update control_plane.backups set manifest = ${rows} where id = '${backupId}'`);
  const { jobId } = await api.proof.start.mutate({ backupId, level: "restore" });
  await jobAtEnd(api, jobId);
  await page.goto(`/projects/lunaria/backups/${backupId}?job=${jobId}`);
  await expect(page.getByRole("dialog").getByText("Not proven")).toBeVisible();
  await shoot(page, "verify-not-proven");
  await page.keyboard.press("Escape");
  await proofOn(page).getByText("What was compared").click();
  await expect(proofOn(page).getByText("Rows differ")).toBeVisible();
  await shoot(page, "proof-failed", { whole: true });
  const report = await proofOn(page)
    .getByRole("link", { name: /^Report to print/ })
    .getAttribute("href");
  await page.goto(report ?? "");
  await shoot(page, "proof-report-failed");

  const cut = await jobAtEnd(api, await start(api, { slug: "lunaria" }));
  await truncate(path.join(coffer.backupDir, cut.storagePath ?? ""), 1000);
  const verification = await api.proof.start.mutate({ backupId: cut.backupId ?? "", level: "archive" });
  await jobAtEnd(api, verification.jobId);
  await page.goto(`/projects/lunaria/backups/${cut.backupId}`);
  await expect(proofOn(page).getByText("Not proven")).toBeVisible();
  await shoot(page, "proof-of-cut-file");
});

test("a verification that runs", async ({ page, coffer, api }) => {
  const tenant = await addReferringTenant(coffer, api, "Harbour Hotel");
  const { backupId } = await makeBackup(coffer, api, { slug: tenant.slug });
  const { jobId, go } = await holdVerification(coffer, api, { backupId, schema: tenant.schema });
  await page.goto(`/projects/${tenant.slug}/backups/${backupId}?job=${jobId}`);
  await expect(page.getByRole("dialog").getByText("Making a scratch database").first()).toBeVisible();
  await shoot(page, "verify-running");
  await go();
  await jobAtEnd(api, jobId);
});

test("encryption", async ({ page, coffer, api }) => {
  await api.encryption.generate.mutate({ name: "Safe in Leipzig", show: true, keep: false });
  const { backupId, filename } = await makeBackup(coffer, api, { slug: "spaeti-24-7", encrypt: true });
  const old = await api.encryption.generate.mutate({ name: "Server room, until 2025", show: false, keep: true });
  await api.encryption.generate.mutate({ name: "For restore drills", show: false, keep: true });
  await api.encryption.retire.mutate({ keyId: old.id });
  await page.goto("/encryption");
  await expect(page.getByText("Kept by Coffer").last()).toBeVisible();
  await shoot(page, "encryption");

  const address = `/projects/spaeti-24-7/backups/${backupId}`;
  await page.goto(address);
  await proofOn(page).getByRole("button", { name: "Verify" }).click();
  await expect(page.getByLabel("Secret key", { exact: true })).toBeVisible();
  await shoot(page, "verify-dialog-key");
  await page.getByLabel("Secret key", { exact: true }).fill("AGE-SECRET-KEY-1QQQQQQQQQ");
  await page.getByRole("button", { name: "Verify backup" }).click();
  await expect(page.getByText("typing error").first()).toBeVisible();
  await shoot(page, "verify-dialog-wrong-key");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `More for ${filename}` }).click();
  await shoot(page, "backup-menu-encrypted", {
    open: () => openMenu(page, page.getByRole("button", { name: `More for ${filename}` })),
  });
  await openMenu(page, page.getByRole("button", { name: `More for ${filename}` }));
  await page.getByRole("menuitem", { name: "Download decrypted" }).click();
  await expect(page.getByLabel("Secret key", { exact: true })).toBeVisible();
  await shoot(page, "decrypt-dialog");
  const { jobId } = await api.proof.start.mutate({ backupId, level: "archive", passphrase: "not the one" });
  await jobAtEnd(api, jobId);
  await page.goto(`${address}?job=${jobId}`);
  await expect(page.getByText("wrong_key")).toBeVisible();
  await shoot(page, "verify-failed-key");
});
