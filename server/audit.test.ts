import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();

let tenant: Tenant;
let admin: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  admin = await addPerson({ role: "admin" });
});

const caller = (person: Person, role: "admin" | "member" = "admin") =>
  createCaller(inTheNameOf({ id: person.id, email: person.email, name: "Ada", role }));

const eventsOf = async (subject: string) => (await caller(admin).audit.list({ subjectId: subject })).items;

describe("the audit", () => {
  it.each([
    "update control_plane.audit_events set action = 'x'",
    "delete from control_plane.audit_events",
    "truncate control_plane.audit_events",
  ])("is not changed by: %s", async (statement) => {
    await recordAudit(
      db,
      { actor: null, address: null, requestId: null },
      { action: "test.made", subject: { kind: "user", id: "x" } },
    );
    const refused = await db.execute(sql.raw(statement)).catch(codeOf);
    expect(refused).toBe("23001");
    expect(await eventsOf("x")).not.toEqual([]);
  });

  it("says who did what to which thing, from where, by which token and request", async () => {
    const made = await call("POST /api/v1/tokens", { as: admin, body: { name: "script", scopes: ["export"] } });
    const { id, token } = (made.body as { data: { id: string; token: string } }).data;
    const headers = { "X-Request-Id": "request-of-this-test" };
    const started = await call("POST /api/backup/export", {
      as: token,
      headers,
      body: { project_id: tenant.projectId },
    });
    const { job_id } = (started.body as { data: { job_id: string } }).data;
    expect(await eventsOf(job_id)).toMatchObject([
      {
        action: "export.started",
        actorEmail: admin.email,
        tokenId: id,
        projectId: tenant.projectId,
        address: "127.0.0.1",
        requestId: "request-of-this-test",
      },
    ]);
    expect(await eventsOf(id)).toMatchObject([{ action: "token.created", details: { scopes: ["export"] } }]);
  });

  it("has sign-ins, those that were refused too, and what somebody may not", async () => {
    const ada = await addPerson({ permissions: { [tenant.projectId]: [] } });
    const { email } = ada;
    await call("POST /api/v1/auth/login", { body: { email, password: "wrong" } });
    await call("POST /api/v1/auth/login", { body: { email, password: ada.password } });
    expect((await eventsOf(ada.id)).map(({ action }) => action)).toEqual(["sign_in.succeeded", "sign_in.refused"]);
    await call("POST /api/backup/export", { as: ada, body: { project_id: tenant.projectId } });
    const refusals = await caller(admin).audit.list({ actor: email, action: "access" });
    expect(refusals.items).toMatchObject([
      { action: "access.refused", subjectKind: "procedure", subjectId: "export.startExport" },
    ]);
  });

  it("goes with what it describes: neither is there without the other", async () => {
    await db.execute(sql`create function refuse_tokens() returns trigger language plpgsql as $$
      begin if new.action = 'token.created' then raise exception 'no'; end if; return new; end $$`);
    await db.execute(
      sql`create trigger refuse before insert on control_plane.audit_events for each row execute function refuse_tokens()`,
    );
    const before = (await call("GET /api/v1/tokens", { as: admin })).body;
    const failed = await call("POST /api/v1/tokens", { as: admin, body: { name: "lost", scopes: ["read"] } });
    await db.execute(sql`drop trigger refuse on control_plane.audit_events`);
    expect(failed).toMatchObject({ status: 500, body: { code: "INTERNAL_ERROR" } });
    expect((await call("GET /api/v1/tokens", { as: admin })).body).toEqual(before);
  });

  it("is for administrators, page by page, and filtered", async () => {
    const ada = await addPerson();
    await expect(caller(ada, "member").audit.list({})).rejects.toMatchObject({ code: "FORBIDDEN" });
    const first = await caller(admin).audit.list({ limit: 2 });
    const second = await caller(admin).audit.list({ limit: 2, cursor: first.nextCursor });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(ids).size).toBe(4);
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
    expect((await caller(admin).audit.list({ from: tomorrow })).items).toEqual([]);
    expect((await caller(admin).audit.list({ projectId: "no-such" })).items).toEqual([]);
    await expect(caller(admin).audit.list({ cursor: "x" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("comes as CSV that no spreadsheet takes for formulas", async () => {
    const email = `=cmd|'/c calc'!a0,"${"x".repeat(5)}"@example.org`;
    await recordAudit(
      db,
      { actor: { ...admin, email, role: "admin" }, address: null, requestId: "+1" },
      { action: "test.formula", subject: { kind: "user", id: "y" } },
    );
    const { body, headers } = await call("GET /api/v1/audit.csv?action=test.formula", { as: admin });
    expect(headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const lines = String(body).trimEnd().split("\r\n");
    expect(lines[0]).toBe("at,actor,action,subject_kind,subject_id,project,address,request_id,token_id,details");
    expect(lines[1]).toContain(`,"'=cmd|'/c calc'!a0,""xxxxx""@example.org",test.formula,user,y,,,'+1,,`);
    expect(lines).toHaveLength(2);
  });
});
