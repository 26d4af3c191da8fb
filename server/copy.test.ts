import { existsSync } from "node:fs";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, sql } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { backupCopies } from "@/db/schema";
import { lookAfterDestinations } from "@/jobs/backup-copy/look-after";
import { reconcile } from "@/jobs/testing/backup-rows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, givenApi } from "@/server/testing/api";
import {
  ask,
  backup,
  copiesOf,
  fetchBytes,
  givenCopies,
  isHome,
  type Made,
  place,
  settled,
} from "@/server/testing/copies";

givenControlPlane();
givenApi();
givenWorker();
const given = givenCopies();

const lookAfter = () => lookAfterDestinations(new AbortController().signal);

describe("a copy", () => {
  it("that is missing or was changed is found out, and made anew", async () => {
    const vault = await place();
    const [lost, cut, edited] = [
      await backup({ destinations: [vault.id] }),
      await backup({ destinations: [vault.id] }),
      await backup({ destinations: [vault.id] }),
    ];
    for (const made of [lost, cut, edited]) await settled(made);
    const at = ({ file }: Made) => path.join(vault.folder, file);
    await rm(at(lost));
    await writeFile(at(cut), cut.bytes.subarray(1));
    await writeFile(at(edited), Buffer.from(edited.bytes).fill(0, 50, 60));
    await db.update(backupCopies).set({ checkedAt: sql`now() - interval '25 hours'` });
    await Promise.all([lookAfter(), lookAfter()]);
    const stateOf = async (made: Made) => (await copiesOf(made))[0]?.status;
    expect([await stateOf(lost), await stateOf(cut), await stateOf(edited)]).toEqual(["missing", "corrupt", "stored"]);
    await ask(`POST /api/v1/backups/${edited.id}/copies/${vault.id}/verify`);
    expect(await stateOf(edited)).toBe("corrupt");
    for (const made of [lost, cut, edited]) {
      await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
      const [copy] = await copiesOf(made);
      expect(copy).toMatchObject({ status: "stored", problem: null, verified_at: null });
      expect((await readFile(path.join(vault.folder, copy?.path ?? ""))).equals(made.bytes)).toBe(true);
      await ask(`POST /api/v1/backups/${made.id}/copies/${vault.id}/verify`);
      expect((await copiesOf(made))[0]?.verified_at).not.toBeNull();
    }
  });

  it("brings back a file that was lost here", async () => {
    const vault = await place();
    const made = await backup({ destinations: [vault.id] });
    await settled(made);
    await rm(path.join(testEnv.backupDir, made.file));
    expect((await fetchBytes(made.id)).equals(made.bytes)).toBe(true);
    await ask(`POST /api/v1/backups/${made.id}/copies/${vault.id}/fetch`);
    expect((await readFile(path.join(testEnv.backupDir, made.file))).equals(made.bytes)).toBe(true);
    expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status: "available" });
  });

  it("is what a backup is restored from whose file here is lost or damaged", async () => {
    const vault = await place();
    const lose = (file: string) => rm(file);
    const damage = async (file: string) => writeFile(file, (await readFile(file)).fill(0, 50, 60));
    for (const [harm, status] of [
      [lose, "missing"],
      [damage, "corrupt"],
    ] as const) {
      const made = await backup({ destinations: [vault.id] });
      await settled(made);
      await harm(path.join(testEnv.backupDir, made.file));
      await reconcile();
      expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status });
      await given.tenant.sql.unsafe(`delete from ${given.tenant.schema}.t1`);
      const restored = await ask(`POST /api/v1/backups/${made.id}/restore`, { confirm: given.tenant.slug });
      expect(restored.body).toMatchObject({ success: true });
      expect((await readFile(path.join(testEnv.backupDir, made.file))).equals(made.bytes)).toBe(true);
      await reconcile();
      expect((await ask(`GET /api/v1/backups/${made.id}`)).body).toMatchObject({ status: "available" });
    }
  });

  it("is never made of a file that is not what was written", async () => {
    const vault = await place();
    const made = await backup({ destinations: [] });
    await writeFile(path.join(testEnv.backupDir, made.file), Buffer.from(made.bytes).fill(0, 50, 60));
    await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
    expect(await copiesOf(made)).toMatchObject([{ status: "failed" }]);
    expect((await readdir(vault.folder, { recursive: true })).filter((name) => name.includes(".sql"))).toEqual([]);
  });

  it("goes with its backup, or alone", async () => {
    const vault = await place();
    const [whole, copyOnly] = [await backup({ destinations: [vault.id] }), await backup({ destinations: [vault.id] })];
    for (const made of [whole, copyOnly]) await settled(made);
    expect((await ask(`DELETE /api/v1/backups/${whole.id}`)).status).toBe(204);
    expect((await ask(`DELETE /api/v1/backups/${copyOnly.id}/copies/${vault.id}`)).status).toBe(204);
    await lookAfter();
    for (const made of [whole, copyOnly]) expect(existsSync(path.join(vault.folder, made.file))).toBe(false);
    expect(await db.select().from(backupCopies).where(eq(backupCopies.destinationId, vault.id))).toEqual([]);
    expect(isHome(copyOnly)).toBe(true);
  });

  it("can be given up for the file here only where another is", async () => {
    const vault = await place();
    const made = await backup({ destinations: [] });
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(409);
    await ask(`POST /api/v1/backups/${made.id}/copies`, { destination_id: vault.id });
    const there = path.join(vault.folder, made.file);
    await rename(there, `${there}.aside`);
    // It is listed as stored, since nobody has looked.
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(409);
    expect(isHome(made)).toBe(true);
    await rename(`${there}.aside`, there);
    expect((await ask(`POST /api/v1/backups/${made.id}/give-up-file`)).status).toBe(204);
    expect(isHome(made)).toBe(false);
  });

  it("is not left behind by a destination that is set up anew elsewhere", async () => {
    const vault = await place();
    await settled(await backup({ destinations: [vault.id] }));
    const admin = await addPerson({ role: "admin" });
    const folder = `${vault.folder}-moved`;
    const change = () => ask(`POST /api/v1/destinations/${vault.id}`, { folder }, admin);
    expect(await change()).toMatchObject({ status: 409, body: { code: "DESTINATION_IN_USE" } });
    // What stays where it is may get another name, whatever became of its copies.
    expect(await ask(`POST /api/v1/destinations/${vault.id}`, { folder: vault.folder }, admin)).toMatchObject({
      status: 200,
    });
    await rm(folder, { recursive: true, force: true });
    await rename(vault.folder, folder);
    expect(await change()).toMatchObject({ status: 200, body: { settings: { folder } } });
  });

  it("is nothing that a member without the permission may make, check, fetch or remove", async () => {
    const vault = await place();
    const made = await backup({ destinations: [vault.id] });
    await settled(made);
    const at = `/api/v1/backups/${made.id}/copies`;
    for (const what of [
      `POST ${at}`,
      `POST ${at}/${vault.id}/verify`,
      `POST ${at}/${vault.id}/fetch`,
      `DELETE ${at}/${vault.id}`,
    ]) {
      const body = what === `POST ${at}` ? { destination_id: vault.id } : undefined;
      expect((await ask(what, body, given.reader)).status).toBe(403);
    }
    expect((await ask(`GET ${at}`, undefined, await addPerson())).status).toBe(404);
  });
});
