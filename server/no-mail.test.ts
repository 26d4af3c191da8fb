import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { schedules } from "@/db/schema";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { call, givenApi } from "@/server/testing/api";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi({ SMTP_URL: "", MAIL_FROM: "" });

it("without a mail server nobody can be told by mail, and the answer says what to do", async () => {
  const { tenant, admin } = await tenantWithPeople();
  const body = { project_id: tenant.projectId, notify_email: "ops@example.org" };
  const refused = { status: 409, body: { code: "MAIL_NOT_CONFIGURED", message: expect.stringContaining("SMTP_URL") } };
  expect(await call("POST /api/backup/export", { as: admin, body })).toMatchObject(refused);
  const schedule = { name: "nightly", project_id: tenant.slug, cron: "0 2 * * *" };
  const mailed = { ...schedule, options: { notify_email: "ops@example.org" } };
  expect(await call("POST /api/v1/schedules", { as: admin, body: mailed })).toMatchObject(refused);
  const made = await call("POST /api/v1/schedules", { as: admin, body: schedule });
  const { id } = (made.body as { data: { id: string } }).data;
  const options = { notifyEmail: "ops@example.org" };
  await db.update(schedules).set({ options }).where(eq(schedules.id, id));
  // Its mail server was there once; who changes something else is not kept from it.
  const change = { cron: "0 3 * * *", options: { notify_email: "ops@example.org" } };
  expect(await call(`POST /api/v1/schedules/${id}`, { as: admin, body: change })).toMatchObject({ status: 200 });
  const channel = { name: "ops", kind: "email", to: ["ops@example.org"] };
  expect(await call("POST /api/v1/notifications/channels", { as: admin, body: channel })).toMatchObject(refused);
});
