import { expect } from "vitest";
import { generateIdentity } from "@/jobs/archive/age/keys";
import { addKey, retireKey } from "@/jobs/testing/encryption-key";
import { jobWhen } from "@/jobs/testing/export-job";
import { call, type Person } from "@/server/testing/api";

/** Opens an encrypted backup with keys that come along: right ones, wrong ones, and texts that are none. Gives all of them. */
export async function bringKeys(projectId: string, { as }: { as: Person }): Promise<string[]> {
  const key = await addKey();
  const body = { project_id: projectId, format: "custom", compression: "none", encrypt: true };
  const made = await call("POST /api/v1/backups/create", { as, body, headers: { Prefer: "wait=60" } });
  const path = `/api/v1/backups/${(made.body as { backup_id: string }).backup_id}`;
  const passphrase = "a-passphrase-that-opens-nothing";
  const typed = `${generateIdentity().slice(0, -8)}MISTYPED`;
  const other = generateIdentity();
  const start = async (keys: object) => (await call(`POST ${path}/verify`, { as, body: keys })).body as Started;
  for (const keys of [{ identity: key.identity }, { passphrase }]) {
    const id = (await start(keys)).data.job_id;
    // Before, while and after it is worked on.
    const seen = JSON.stringify([
      await call(`GET /api/jobs/${id}`, { as }),
      await jobWhen(id, (job) => job.finishedAt),
    ]);
    expect(seen).not.toMatch(/AGE-SECRET|a-passphrase/);
  }
  for (const identity of [typed, other]) {
    expect(JSON.stringify(await start({ identity }))).not.toContain(identity.slice(0, 30));
    await call(`POST ${path}/decrypted`, { as, body: { identity } });
  }
  expect((await call(`POST ${path}/decrypted`, { as, body: { identity: key.identity } })).status).toBe(200);
  await retireKey(key);
  return [key.identity, passphrase, typed, other];
}

type Started = { data: { job_id: string } };
