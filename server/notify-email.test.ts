import { createHash } from "node:crypto";
import { eq } from "drizzle-orm";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { projectMembers } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd } from "@/jobs/testing/export-job";
import { givenMailServer, smtpUrl } from "@/jobs/testing/mail-server";
import { addChannel, notificationWhen } from "@/jobs/testing/notification";
import { givenReceiver } from "@/jobs/testing/receiver";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { setEnvironment } from "@/server/testing/env";

givenControlPlane();
givenApi({ MAIL_FROM: "Coffer <coffer@example.org>", PRIVATE_HOSTS: "127.0.0.1" });
const mail = givenMailServer();
const receiver = givenReceiver();

let tenant: Tenant;
let ada: Person;
beforeAll(async () => {
  setEnvironment({ SMTP_URL: smtpUrl(mail.port) });
  tenant = await makeTenant();
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});
beforeEach(() => {
  mail.mails.length = 0;
});

const environment = (more: Record<string, string> = {}) => ({ PUBLIC_URL: api.url, ...more });

async function start(notify_email: unknown, projectId = tenant.projectId) {
  const body = { project_id: projectId, notify_email, format: "custom" };
  const reply = await call("POST /api/backup/export", { as: ada, body });
  return { ...reply, jobId: (reply.body as { data?: { job_id: string } }).data?.job_id ?? "" };
}

describe("an export with notify_email", () => {
  it("sends a mail with a link that downloads just that file, and says what it is", async () => {
    await using _ = await startWorkerProcess(environment());
    const hook = await addChannel({ kind: "webhook", url: receiver.url, secret: "s" }, [{ event: "backup_completed" }]);
    const { jobId } = await start("grace@example.org");
    const [got] = await mail.received(1);
    const [backup] = await backupsOf(jobId);
    expect(got).toMatchObject({ from: "coffer@example.org", to: ["grace@example.org"] });
    expect(got?.headers.get("subject")).toBe(`[Coffer] Backup of ${tenant.slug} is ready`);
    for (const words of [
      backup?.filename,
      backup?.sha256,
      "300 rows in 3 tables",
      `gunzip -c ${backup?.filename} | pg_restore`,
    ])
      expect(got?.text).toContain(words);
    const link = /https?:\/\/\S+signature=\S+/.exec(got?.text ?? "")?.[0] ?? "";
    expect(link.startsWith(`${api.url}/api/v1/backups/${backup?.id}/download?`)).toBe(true);
    const file = Buffer.from(await (await fetch(link)).arrayBuffer());
    expect(createHash("sha256").update(file).digest("hex")).toBe(backup?.sha256);
    expect((await fetch(link.replace(/expires=\d/, "expires=9"))).status).toBe(403);
    await notificationWhen(`${hook}:backup_completed`, (row) => row.status === "sent");
    const [told] = await receiver.heard(1);
    expect(told?.json()).toMatchObject({ event: "backup_completed", project: { slug: tenant.slug } });
  });

  it("of a schedule sends one too, whose link is good as long as whoever made the schedule may export", async () => {
    await using _ = await startWorkerProcess(environment());
    const lead = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
    const options = { notify_email: "grace@example.org" };
    const body = { name: "nightly", project_id: tenant.slug, cron: "0 2 * * *", options };
    const made = await call("POST /api/v1/schedules", { as: lead, body });
    const { id } = (made.body as { data: { id: string } }).data;
    await call(`POST /api/v1/schedules/${id}/run`, { as: lead });
    const [got] = await mail.received(1);
    const link = /https?:\/\/\S+signature=\S+/.exec(got?.text ?? "")?.[0] ?? "";
    const reply = await fetch(link);
    expect(reply.status).toBe(200);
    expect((await reply.arrayBuffer()).byteLength).toBe(Number(reply.headers.get("content-length")));
    await db.delete(projectMembers).where(eq(projectMembers.userId, lead.id));
    expect((await fetch(link)).status).toBe(404);
  });

  it("of a schedule is sent in the name of whoever changed it last", async () => {
    await using _ = await startWorkerProcess(environment());
    const boss = await addPerson({ role: "admin" });
    const lead = await addPerson({ permissions: { [tenant.projectId]: ["export", "manage"] } });
    const body = { name: "weekly", project_id: tenant.slug, cron: "0 2 * * 0" };
    const made = await call("POST /api/v1/schedules", { as: boss, body });
    const { id } = (made.body as { data: { id: string } }).data;
    const options = { notify_email: "grace@example.org" };
    await call(`POST /api/v1/schedules/${id}`, { as: lead, body: { options } });
    await call(`POST /api/v1/schedules/${id}/run`, { as: lead });
    const [got] = await mail.received(1);
    const link = /https?:\/\/\S+signature=\S+/.exec(got?.text ?? "")?.[0] ?? "";
    await db.delete(projectMembers).where(eq(projectMembers.userId, lead.id));
    expect((await fetch(link)).status).toBe(404);
  });

  it("tells why there is no backup", async () => {
    await using _ = await startWorkerProcess(environment());
    const gone = await makeTenant();
    await gone.sql.unsafe(`drop schema "${gone.schema}" cascade`);
    const boss = await addPerson({ role: "admin" });
    const body = { project_id: gone.projectId, notify_email: "grace@example.org" };
    await call("POST /api/backup/export", { as: boss, body });
    const [got] = await mail.received(1);
    expect(got?.headers.get("subject")).toBe(`[Coffer] Backup of ${gone.slug} failed`);
    expect(got?.text).toMatch(/was not backed up\. .*schema/i);
  });

  it("succeeds while the mail server is down: the mail is tried again on its own, and arrives later", async () => {
    await using _ = await startWorkerProcess(environment({ SMTP_URL: smtpUrl(1) }));
    const { jobId } = await start("grace@example.org");
    expect(await jobAtEnd(jobId)).toMatchObject({ status: "completed" });
    const row = await notificationWhen(`mail:${jobId}`, ({ error }) => error);
    expect(row).toMatchObject({ status: "pending", error: "The mail server 127.0.0.1 cannot be reached (ESOCKET)." });
    expect(await backupsOf(jobId)).toHaveLength(1);
    await _[Symbol.asyncDispose]();
    await using _other = await startWorkerProcess(environment());
    const [got] = await mail.received(1);
    expect(got?.to).toEqual(["grace@example.org"]);
    expect(_.log()).not.toContain("smtp-password");
  });

  it.each([
    "ops",
    "a@example.org,b@example.org",
    "Grace <grace@example.org>",
    "grace@example.org\r\nBcc: all@example.org",
    ["grace@example.org"],
    7,
  ])("to %j is refused", async (address) => {
    expect(await start(address)).toMatchObject({ status: 400, body: { details: [{ field: "notify_email" }] } });
  });
});
