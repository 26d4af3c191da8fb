import { expect, test } from "@/e2e/fixtures";
import { type Api, type Coffer, connect, connectTo } from "@/e2e/tools/coffer";
import { linkTo } from "@/e2e/tools/downloads";
import { jobAtEnd, makeBackup, start } from "@/e2e/tools/exports";
import { sha256Of } from "@/e2e/tools/files";
import { type Installation, startInstallation } from "@/e2e/tools/installation";
import { paceOf } from "@/e2e/tools/pace";
import { processes } from "@/e2e/tools/processes";
import { signIn } from "@/e2e/tools/session";
import { addTenant, type Tenant } from "@/e2e/tools/tenant";

// Here the web process is killed, so this file has a Coffer of its own, for one test after the other.
test.describe.configure({ mode: "default" });

let installation: Installation;
let coffer: Coffer;
let api: Api;
let tenant: Tenant;

test.beforeAll(async () => {
  installation = await startInstallation({ demo: false });
  coffer = await connectTo(installation.place);
  api = coffer.api(await signIn(coffer.url, coffer.admin));
  tenant = await addTenant(coffer, api, { tables: ["ledger"], megabytesEach: 40 });
});

test.afterAll(async () => {
  await coffer?.close();
  await installation?.stop();
});

const webProcess = () =>
  processes().find(
    ({ command, environment }) =>
      command.includes("dist/web.js") && environment.includes(`DATA_DIR=${coffer.dataDir}\n`),
  )?.pid;

/** Without a warning, as the system does when memory runs out. */
function killWeb(): number {
  const pid = webProcess();
  if (!pid) throw new Error("there is no web process");
  process.kill(pid, "SIGKILL");
  return pid;
}

/** The supervisor has started another one, which answers. */
async function webIsBack(former: number): Promise<void> {
  await expect.poll(webProcess).not.toBe(former);
  const answers = () => fetch(`${coffer.url}/login`).then(({ status }) => status, String);
  await expect.poll(answers).toBe(200);
}

/** What one click on "Export backup" writes. */
async function written(idempotencyKey: string): Promise<object> {
  const { control } = coffer;
  const jobs = await control`select id from control_plane.jobs where idempotency_key = ${idempotencyKey}`;
  const bells = await control`select id from graphile_worker._private_jobs`;
  const events = await control`select id from control_plane.audit_events where action = 'export.started'`;
  return { jobs: jobs.length, bells: bells.length, events: events.length };
}

for (const table of ["jobs", "audit_events"]) {
  test(`a web process killed as it writes to ${table} has started nothing, and the same click starts one job`, async () => {
    const key = `click-on-${table}`;
    const before = await written(key);
    const blocker = connect(coffer.addressOf("coffer"));
    const lock = await blocker.reserve();
    await lock.unsafe(`begin; lock table control_plane.${table} in share row exclusive mode`);
    const clicked = start(api, tenant, { compression: "zstd", idempotencyKey: key }).then(String, () => "no answer");
    const waiting = async () =>
      (
        await coffer.control`select pid from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'coffer'`
      ).length;
    await expect.poll(waiting).toBe(1);

    const former = killWeb();
    expect(await clicked).toBe("no answer");
    await lock.unsafe("rollback");
    lock.release();
    await blocker.end();
    await expect.poll(waiting).toBe(0);
    expect(await written(key)).toEqual(before);

    await webIsBack(former);
    const again = { compression: "zstd", idempotencyKey: key } as const;
    const [first, second] = await Promise.all([start(api, tenant, again), start(api, tenant, again)]);
    expect(second).toBe(first);
    expect(await jobAtEnd(api, first)).toMatchObject({ status: "completed", attempts: 1 });
    expect(await start(api, tenant, again)).toBe(first);
    expect(await written(key)).toMatchObject({ jobs: 1 });
  });
}

test("a download goes on where it was when the web process was killed", async () => {
  const { backupId, sha256, sizeBytes } = await makeBackup(coffer, api, { slug: tenant.slug, compress: false });
  const link = await linkTo(coffer, api, backupId);
  const response = await fetch(link);
  const etag = response.headers.get("etag") ?? "";
  const parts: Uint8Array[] = [];
  let received = 0;
  let former = 0;
  await expect(async () => {
    for await (const part of response.body ?? []) {
      parts.push(part);
      received += part.length;
      if (!former) former = killWeb();
    }
  }).rejects.toThrow();
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(sizeBytes);

  await webIsBack(former);
  const rest = await fetch(link, { headers: { Range: `bytes=${received}-`, "If-Range": etag } });
  expect([rest.status, rest.headers.get("etag")]).toEqual([206, etag]);
  parts.push(await rest.bytes());
  expect(sha256Of(Buffer.concat(parts))).toBe(sha256);
});

test("a web process that is killed takes no export along", async () => {
  const jobId = await start(api, tenant, {});
  await expect.poll(async () => (await api.job.getStatus.query({ jobId })).status).toBe("in_progress");
  await webIsBack(killWeb());
  await paceOf(coffer.dataDir, jobId).go();
  expect(await jobAtEnd(api, jobId)).toMatchObject({ status: "completed", attempts: 1 });
});
