import { and, desc, eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, backups, type ProofCheck, projects, proofs } from "@/db/schema";
import { makeBackup } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import type { Backup } from "@/jobs/testing/export-job";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

const hostile = `<script>alert("1")</script>'&\nsecond line`;
const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;\nsecond line";

let tenant: Tenant;
let ada: Person;
let stranger: Person;
let backup: Backup;
let other: Backup;
let path: string;
beforeAll(async () => {
  tenant = await makeTenant({ tables: 0 });
  await db.update(projects).set({ name: hostile }).where(eq(projects.id, tenant.projectId));
  ada = await addPerson({ permissions: { [tenant.projectId]: [] } });
  stranger = await addPerson();
  ({ backup } = await makeBackup(tenant));
  ({ backup: other } = await makeBackup(tenant));
  path = `/api/v1/backups/${backup.id}/proofs/${await addProof(backup)}`;
});

/** A proof by restore in which everything that has a name has a hostile one. */
async function addProof({ id, jobId }: Backup): Promise<string> {
  const check: ProofCheck = { name: "restore_test", result: "failed", detail: `pg_restore said ${hostile}` };
  const table = { name: hostile, verdict: "content differs", expected: print("1:aa"), found: print("1:bb") };
  const fine = { name: "fine", verdict: "equal", expected: print("1:cc"), found: print("1:cc") };
  const sequence = { name: hostile, verdict: "differs", expected: "9007199254740993", found: "1" };
  const restored = {
    complaint: null,
    missing: [{ name: hostile, reason: hostile }],
    proof: { tables: [fine, table], sequences: [sequence], isProven: false },
  };
  const [row] = await db
    .insert(proofs)
    .values({ backupId: id, jobId, level: "restore", result: "failed", checks: [check], restored })
    .returning();
  return row?.id ?? "";
}

const print = (fingerprint: string) => ({ rows: 1_234_567, fingerprint });

describe("a kept proof", () => {
  it("is given as JSON with every table and sequence, and who asked for it", async () => {
    expect(await call(`GET ${path}`, { as: ada })).toMatchObject({
      status: 200,
      body: {
        result: "failed",
        requested_by: { email: "tester@example.org" },
        project: { name: hostile, slug: tenant.slug },
        backup: {
          filename: backup.filename,
          sha256: backup.sha256,
          schema: tenant.schema,
          snapshot_at: expect.stringMatching(/Z$/),
        },
        checks: [{ name: "restore_test", result: "failed" }],
        missing: [{ name: hostile, reason: hostile }],
        tables: [
          { name: "fine", verdict: "equal" },
          { name: hostile, found: { rows: 1_234_567, fingerprint: "1:bb" } },
        ],
        sequences: [{ name: hostile, expected: "9007199254740993", found: "1" }],
      },
    });
  });

  it("is given as a page that says the same, in which nothing of it is markup", async () => {
    const { status, headers, body } = await call(`GET ${path}/report`, { as: ada });
    expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("content-disposition")).toBe(`inline; filename="proof_${backup.filename}.html"`);
    const page = String(body);
    // The project twice, the check twice, what was missing twice, the table, the sequence.
    expect(page.split(escaped)).toHaveLength(9);
    expect(page).not.toContain(hostile);
    expect(page).not.toMatch(/<script|javascript:|\son\w+=|https?:|<link|<img/i);
    for (const text of [
      backup.sha256,
      "1,234,567",
      "1:aa<br>1:bb",
      "Content differs",
      "9007199254740993",
      "Not proven",
    ])
      expect(page).toContain(text);
    expect(page.indexOf(escaped, page.indexOf("<h2>Tables"))).toBeLessThan(page.indexOf(">fine<"));
  });

  it("is a page that may show itself in its own style and do nothing else", async () => {
    const { headers, body } = await call(`GET ${path}/report`, { as: ada });
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const style = String(body).split(/<\/?style>/)[1] ?? "";
    const hash = Buffer.from(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style))).toString("base64");
    expect(policy).toContain(`'sha256-${hash}'`);
  });

  it.each(["", "/report"])("is not there for others, nor as the proof of another backup (%s)", async (form) => {
    const code = (reply: { body: unknown }) => (reply.body as { code: string }).code;
    expect((await call(`GET ${path}${form}`)).status).toBe(401);
    const foreign = await call(`GET ${path}${form}`, { as: stranger });
    expect([foreign.status, code(foreign)]).toEqual([404, "BACKUP_NOT_FOUND"]);
    const mixed = await call(`GET ${path.replace(backup.id, other.id)}${form}`, { as: ada });
    expect([mixed.status, code(mixed)]).toEqual([404, "PROOF_NOT_FOUND"]);
    const none = await call(`GET ${path.replace(/[^/]+$/, backup.id)}${form}`, { as: ada });
    expect([none.status, code(none)]).toEqual([404, "PROOF_NOT_FOUND"]);
    expect((await call(`POST ${path}${form}`, { as: ada, body: {} })).status).toBe(405);
  });

  it("leaves a line in the audit whenever somebody takes it", async () => {
    await call(`GET ${path}`, { as: ada });
    await call(`GET ${path}/report`, { as: ada });
    const events = await db
      .select()
      .from(auditEvents)
      .where(and(eq(auditEvents.action, "backup.proof_downloaded"), eq(auditEvents.subjectId, backup.id)))
      .orderBy(desc(auditEvents.id))
      .limit(2);
    const proofId = path.split("/").at(-1);
    expect(events).toMatchObject([
      { actorId: ada.id, projectId: tenant.projectId, details: { filename: backup.filename, proofId, as: "html" } },
      { actorId: ada.id, projectId: tenant.projectId, details: { filename: backup.filename, proofId, as: "json" } },
    ]);
  });

  it("of a file whose name would break a header is given all the same", async () => {
    await db.update(backups).set({ filename: hostile }).where(eq(backups.id, other.id));
    const proofId = await addProof(other);
    const { status, headers } = await call(`GET /api/v1/backups/${other.id}/proofs/${proofId}/report`, { as: ada });
    expect(status).toBe(200);
    expect(headers.get("content-disposition")).toMatch(/^inline; filename="[\w.-]+"$/);
  });
});
