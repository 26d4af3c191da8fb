import { chmod, mkdir, readdir, rm, symlink } from "node:fs/promises";
import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, destinations } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { jobsEnv } from "@/jobs/env";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { added, ask, givenAdmin, newFolder } from "@/server/testing/destinations";

givenControlPlane();
givenApi();
givenAdmin();

let member: Person;
beforeAll(async () => {
  member = await addPerson();
});

describe("a destination", () => {
  it("is kept once it has worked, and tells how it does", async () => {
    const { body, name, folder } = await added({ is_default: true });
    expect(body).toMatchObject({
      name,
      kind: "local",
      settings: { folder },
      is_default: true,
      problem: null,
      copy_count: 0,
    });
    expect((body as { free_bytes: number }).free_bytes).toBeGreaterThan(0);
    const { body: all } = await ask("GET /api/v1/destinations");
    expect(all).toContainEqual(expect.objectContaining({ name, checked_at: expect.any(String) }));
    // Nothing of the test is left.
    expect((await readdir(folder)).filter((file) => file.includes("check"))).toEqual([]);
  });

  it("that does not work is not kept, and the cause is told", async () => {
    const folder = newFolder();
    await mkdir(folder);
    await chmod(folder, 0o500);
    // Root may write everywhere, so the folder lies beneath a file.
    const { status, body } = await ask("POST /api/v1/destinations", {
      name: "no",
      kind: "local",
      folder: "/etc/hostname/x",
    });
    expect([status, (body as { code: string }).code]).toEqual([422, "DESTINATION_FAILED"]);
    expect(await db.select().from(destinations).where(eq(destinations.name, "no"))).toEqual([]);
  });

  it("has a name of its own, whatever its case", async () => {
    const { name, id } = await added();
    const same = await ask("POST /api/v1/destinations", {
      name: name.toUpperCase(),
      kind: "local",
      folder: newFolder(),
    });
    expect(same.status).toBe(409);
    const other = await added();
    expect((await ask(`POST /api/v1/destinations/${other.id}`, { name: name.toUpperCase() })).status).toBe(409);
    expect((await ask(`POST /api/v1/destinations/${id}`, { name: name.toUpperCase() })).status).toBe(200);
  });

  it("has a place of its own, whatever links lead there", async () => {
    const { folder, name, id } = await added();
    const link = newFolder();
    await symlink(folder, link);
    const taken = { code: "ALREADY_EXISTS", message: expect.stringContaining(name) };
    for (const place of [folder, link])
      expect(await ask("POST /api/v1/destinations", { name: "same", kind: "local", folder: place })).toMatchObject({
        status: 409,
        body: taken,
      });
    const other = await added();
    const moved = await ask(`POST /api/v1/destinations/${other.id}`, { folder: link });
    expect(moved).toMatchObject({ status: 409, body: taken });
    expect((await ask(`POST /api/v1/destinations/${id}`, { folder: link })).status).toBe(200);
    // Two that have shared it for long may still be mended.
    const twin = { name: `twin ${name}`, kind: "local" as const, settings: { kind: "local" as const, folder } };
    const [row] = await db.insert(destinations).values(twin).returning();
    expect((await ask(`POST /api/v1/destinations/${row?.id}`, { folder })).status).toBe(200);
    const home = newFolder();
    await mkdir(jobsEnv().BACKUP_DIR, { recursive: true });
    await symlink(jobsEnv().BACKUP_DIR, home);
    const within = await ask("POST /api/v1/destinations", { name: "home", kind: "local", folder: `${home}/copies` });
    expect(within).toMatchObject({ status: 400, body: { message: expect.stringContaining("its own files") } });
  });

  it("that stops working is unhealthy until it works again, and that is told once", async () => {
    const { id, folder } = await added();
    await rm(folder, { recursive: true });
    for (let i = 0; i < 2; i++)
      expect((await ask(`POST /api/v1/destinations/${id}/check`)).body).toMatchObject({
        unhealthy_since: expect.any(String),
        problem: expect.any(String),
      });
    const told = await db.select().from(auditEvents).where(eq(auditEvents.subjectId, id));
    expect(told.filter(({ action }) => action === "destination.unhealthy")).toHaveLength(1);
    // Its settings are given again: it is prepared anew.
    expect((await ask(`POST /api/v1/destinations/${id}`, { folder })).status).toBe(200);
    expect((await ask(`POST /api/v1/destinations/${id}/check`)).body).toMatchObject({
      unhealthy_since: null,
      problem: null,
    });
  });

  it("is tried by workers now and then", async () => {
    const { id, folder } = await added();
    await rm(folder, { recursive: true });
    await db.update(destinations).set({ checkedAt: null }).where(eq(destinations.id, id));
    await Promise.all([1, 2, 3].map(() => lookAfterDestinations(new AbortController().signal)));
    const [row] = await db.select().from(destinations).where(eq(destinations.id, id));
    expect(row?.unhealthySince).not.toBeNull();
  });

  it("is removed", async () => {
    const { id } = await added();
    expect((await ask(`DELETE /api/v1/destinations/${id}`)).status).toBe(204);
    expect((await ask(`DELETE /api/v1/destinations/${id}`)).status).toBe(404);
    expect((await ask(`POST /api/v1/destinations/${id}/check`)).status).toBe(404);
  });

  it("is nothing for members, but for its name", async () => {
    const { id, name } = await added();
    for (const what of [
      "GET /api/v1/destinations",
      "POST /api/v1/destinations/test",
      `DELETE /api/v1/destinations/${id}`,
    ])
      expect((await ask(what, what.startsWith("POST") ? {} : undefined, member)).status).toBe(403);
    const choices = await call("GET /api/trpc/destination.choices", { as: member });
    expect(JSON.stringify(choices.body)).toContain(name);
  });
});
