import { sql } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, unique } from "@/jobs/testing/tenant";
import { createCaller } from "@/server/root";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi();

let admin: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
});

const as = (person: Person, role: "admin" | "member" = "member") =>
  createCaller(inTheNameOf({ id: person.id, email: person.email, name: "Ada", role }));
const boss = () => as(admin, "admin");
const nobody = () => createCaller({ ...inTheNameOf({ id: "", email: "", name: "", role: "member" }), user: null });
const secretOf = ({ url }: { url: string }) => url.split("/").at(-1) ?? "";
const logIn = (email: string, password: string) => call("POST /api/v1/auth/login", { body: { email, password } });
const refused = (code: string) => expect.objectContaining({ cause: expect.objectContaining({ code }) });

describe("an invitation", () => {
  it("lets its owner choose a password, once", async () => {
    const email = `${unique()}@Example.org`;
    const link = await boss().user.invite({ email, name: "Grace", role: "member" });
    const secret = secretOf(link);
    expect(await nobody().invitation.get({ secret })).toMatchObject({ email, name: "Grace", isNew: true });
    await nobody().invitation.accept({ secret, password: "a long password" });
    expect(await logIn(email, "a long password")).toMatchObject({ status: 200 });
    await expect(nobody().invitation.accept({ secret, password: "another password" })).rejects.toEqual(
      refused("LINK_EXPIRED"),
    );
    await expect(nobody().invitation.get({ secret })).rejects.toEqual(refused("LINK_EXPIRED"));
  });

  it("of two who use it at once serves one", async () => {
    const secret = secretOf(await boss().user.invite({ email: `${unique()}@example.org`, name: "Grace" }));
    const both = ["password one", "password two"].map((password) => nobody().invitation.accept({ secret, password }));
    const statuses = (await Promise.allSettled(both)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(["fulfilled", "rejected"]);
  });

  it("gives way to a newer one, and ends with its time", async () => {
    const email = `${unique()}@example.org`;
    const first = await boss().user.invite({ email, name: "Grace" });
    const second = await boss().user.resetPassword({ userId: first.userId });
    await expect(nobody().invitation.get({ secret: secretOf(first) })).rejects.toEqual(refused("LINK_EXPIRED"));
    expect(await nobody().invitation.get({ secret: secretOf(second) })).toMatchObject({ email });
    await db.execute(sql`update control_plane.one_time_links set expires_at = now() where user_id = ${first.userId}`);
    await expect(nobody().invitation.get({ secret: secretOf(second) })).rejects.toEqual(refused("LINK_EXPIRED"));
  });

  it("is not made twice for one address, nor by others", async () => {
    await expect(boss().user.invite({ email: admin.email.toUpperCase(), name: "x" })).rejects.toEqual(
      refused("ALREADY_EXISTS"),
    );
    const ada = await addPerson();
    await expect(as(ada).user.invite({ email: "x@example.org", name: "x" })).rejects.toEqual(
      refused("PERMISSION_DENIED"),
    );
  });

  it.each(["a@b, c@d", "Ada <a@b>", "a@b\r\nBcc: c@d", "a b@c", "@", "a@", ""])("is not made for %j", async (email) => {
    await expect(boss().user.invite({ email, name: "x" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });

  it("is kept as a hash only", async () => {
    const link = await boss().user.invite({ email: `${unique()}@example.org`, name: "Grace" });
    const [row] = await db.execute(sql`select string_agg(l::text, '') || string_agg(a::text, '') as all
      from control_plane.one_time_links l, control_plane.audit_events a`);
    expect(String(row?.all)).not.toContain(secretOf(link));
  });
});

describe("an account", () => {
  it("that was reset keeps its password until the link is used, and loses its sessions then", async () => {
    const ada = await addPerson();
    const link = await boss().user.resetPassword({ userId: ada.id });
    expect(await call("GET /api/jobs", { as: ada })).toMatchObject({ status: 200 });
    await nobody().invitation.accept({ secret: secretOf(link), password: "a new password" });
    expect(await call("GET /api/jobs", { as: ada })).toMatchObject({ status: 401 });
    expect(await logIn(ada.email, ada.password)).toMatchObject({ status: 401 });
    expect(await logIn(ada.email, "a new password")).toMatchObject({ status: 200 });
  });

  it("that was disabled is out at once, and back when it is enabled", async () => {
    const ada = await addPerson();
    await boss().user.disable({ userId: ada.id });
    expect(await call("GET /api/jobs", { as: ada })).toMatchObject({ status: 401 });
    expect(await logIn(ada.email, ada.password)).toMatchObject({ status: 401 });
    await boss().user.enable({ userId: ada.id });
    expect(await call("GET /api/jobs", { as: ada })).toMatchObject({ status: 401 });
    expect(await logIn(ada.email, ada.password)).toMatchObject({ status: 200 });
  });

  it("of the last administrator stays one, also when two demote each other at once", async () => {
    await db.execute(sql`update control_plane.users set role = 'member' where id <> ${admin.id}`);
    const last = refused("VALIDATION_ERROR");
    await expect(boss().user.disable({ userId: admin.id })).rejects.toEqual(last);
    await expect(boss().user.setRole({ userId: admin.id, role: "member" })).rejects.toEqual(last);
    const other = await addPerson({ role: "admin" });
    const both = [admin, other].map(({ id }) => boss().user.setRole({ userId: id, role: "member" }));
    const statuses = (await Promise.allSettled(both)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual(["fulfilled", "rejected"]);
    await db.execute(sql`update control_plane.users set role = 'admin' where id = ${admin.id}`);
  });
});

describe("members", () => {
  it("are added, changed and removed by those who manage", async () => {
    const tenant = await registerTenant(await makeSchema());
    const projectId = tenant.projectId;
    const [lead, ada] = [await addPerson({ permissions: { [projectId]: ["manage", "export"] } }), await addPerson()];
    expect((await as(lead).member.candidates({ projectId })).map(({ id }) => id)).toContain(ada.id);
    await as(lead).member.set({ projectId, userId: ada.id, permissions: ["export"] });
    expect(await as(ada).member.list({ projectId })).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: ada.id, permissions: ["export"] })]),
    );
    await as(lead).member.remove({ projectId, userId: ada.id });
    await expect(as(ada).member.list({ projectId })).rejects.toEqual(refused("PROJECT_NOT_FOUND"));
    await expect(as(lead).member.remove({ projectId, userId: ada.id })).rejects.toEqual(refused("USER_NOT_FOUND"));
  });

  it("cannot give what they do not have, nor take part in managing without the right", async () => {
    const { projectId } = await registerTenant(await makeSchema());
    const lead = await addPerson({ permissions: { [projectId]: ["manage"] } });
    const ada = await addPerson({ permissions: { [projectId]: ["restore"] } });
    const set = (by: Person, userId: string, permissions: ("export" | "restore" | "manage")[]) =>
      as(by).member.set({ projectId, userId, permissions });
    await expect(set(lead, lead.id, ["manage", "export"])).rejects.toEqual(refused("PERMISSION_DENIED"));
    await set(lead, ada.id, ["restore", "manage"]);
    const bob = await addPerson({ permissions: { [projectId]: ["export"] } });
    await expect(set(bob, bob.id, ["manage"])).rejects.toEqual(refused("PERMISSION_DENIED"));
  });
});
