import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { db } from "@/db/client";
import { dbEnv } from "@/db/env";
import { generateIdentity } from "@/jobs/archive/age/keys";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { jobWhen } from "@/jobs/testing/export-job";
import { inMidDump, leftovers, toolEnvironments } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { connectionOf, large, makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";
import { createCaller } from "@/server/root";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { bringKeys } from "@/server/testing/bring-keys";
import { inTheNameOf } from "@/server/trpc";

givenControlPlane();
givenApi({ METRICS_TOKEN: "metrics-token-nobody-may-see" });

const door = path.join(import.meta.dirname, "testing/door.ts");

/** A web process that logs all that it can. */
async function startDoor() {
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", door], {
    env: { ...process.env, LOG_LEVEL: "trace" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (log += data));
  const [url] = await once(child, "message");
  api.url = String(url);
  return {
    log: () => log,
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Goes through all that has to do with secrets. Gives them all, and the answers that are not meant to hold any. */
async function useSecrets(admin: Person, projectId: string) {
  const boss = createCaller(inTheNameOf({ id: admin.id, email: admin.email, name: "x", role: "admin" }));
  const made = await call("POST /api/v1/tokens", { as: admin, body: { name: "x", scopes: ["read", "export"] } });
  const { token } = (made.body as { data: { token: string } }).data;
  await call("GET /api/jobs", { as: token });
  await call("POST /api/v1/auth/login", { body: { email: admin.email, password: admin.password } });
  await call("POST /api/v1/auth/login", { body: { email: admin.email, password: "a-wrong-password-typed" } });
  await call("GET /api/metrics", { as: "metrics-token-nobody-may-see" });
  const link = await boss.user.invite({ email: "grace@example.org", name: "Grace" });
  const secret = link.url.split("/").at(-1) ?? "";
  await fetch(`${api.url}/welcome/${secret}`);
  const accept = JSON.stringify({ secret, password: "the-password-that-grace-chose" });
  await call("POST /api/trpc/invitation.accept", { body: accept });
  const trpc = async (name: string, input: object) =>
    (await call(`POST /api/trpc/${name}`, { as: admin, body: JSON.stringify(input) })).body;
  const key = await trpc("encryption.generate", { name: "x", keep: true });
  const { identity } = (key as { result: { data: { identity: string } } }).result.data;
  // In the wrong field, as it happens.
  const mistyped = await trpc("encryption.add", {
    name: "y",
    recipient: generateIdentity().replace(/.{10}$/, "QQQQMISTAKE"),
  });
  const keys = await call("GET /api/trpc/encryption.list", { as: admin });
  const download = `/api/v1/backups/${projectId}/download?user=${admin.id}&expires=9999999999&signature=a-signature-of-a-link`;
  const answers = [
    keys,
    { body: mistyped },
    await call(`GET ${download}`),
    await call("GET /api/jobs", { as: `${token}x` }),
  ];
  const wrong = ["a-wrong-password-typed", "the-password-that-grace-chose", "a-signature-of-a-link", "QQQQMISTAKE"];
  const brought = await bringKeys(projectId, { as: admin });
  return {
    secrets: [...brought, token, identity, secret, admin.password, admin.jwt, "metrics-token-nobody-may-see", ...wrong],
    answers,
  };
}

it("no secret is in a log, an argument, a child's environment, a job, an audit event or an error", async () => {
  await using web = await startDoor();
  const gate = await heldCompressor();
  await using worker = await startWorkerProcess({ ...gate.env, LOG_LEVEL: "trace" });
  const admin = await addPerson({ role: "admin" });
  const good = await registerTenant(await makeSchema(large));
  const { secrets, answers } = await useSecrets(admin, good.projectId);

  const start = async (projectId: string) => {
    const { body } = await call("POST /api/backup/export", {
      as: admin,
      body: { project_id: projectId, format: "custom", encrypt: true },
    });
    return (body as { data: { job_id: string } }).data.job_id;
  };
  const running = await start(good.projectId);
  await inMidDump(running);
  const children = [...(await leftovers(running)).processes, ...toolEnvironments()].join("\n");
  await gate.open();
  await jobWhen(running, (job) => job.finishedAt);
  const connection = { ...connectionOf(testEnv.tenantUrl), password: "tenant-password-that-is-wrong" };
  const bad = await registerTenant({ ...(await makeSchema()), connection });
  const failing = await start(bad.projectId);
  await jobWhen(failing, (job) => job.errorCode);

  const tables = [
    "jobs",
    "job_secrets",
    "proofs",
    "audit_events",
    "backups",
    "databases",
    "users",
    "api_tokens",
    "encryption_keys",
    "one_time_links",
    "rate_limits",
  ];
  const kept = await Promise.all(
    tables.map((table) => db.execute(sql.raw(`select string_agg(t::text, ' ') as text from control_plane.${table} t`))),
  );
  const queue = await db.execute(sql`select string_agg(j::text, ' ') as text from graphile_worker._private_jobs j`);
  const places = {
    "the web's log": web.log(),
    "the worker's log": worker.log(),
    children,
    "the database": JSON.stringify([...kept, queue]),
    answers: JSON.stringify([
      ...answers.map(({ body }) => body),
      await call(`GET /api/jobs/${failing}`, { as: admin }),
    ]),
  };
  expect(places["the web's log"]).toContain('"msg":"request"');
  expect(places["the worker's log"]).toContain(running);
  expect(children).toContain("pg_dump");
  expect(places["the database"]).toContain(".dump.gz.age");
  expect(places.answers).toContain("This is a secret key");
  const { password } = connectionOf(testEnv.tenantUrl);
  const all = [...secrets, password, connection.password, dbEnv().COFFER_SECRET, new URL(testEnv.controlUrl).password];
  for (const [place, text] of Object.entries(places)) {
    for (const secret of all) expect(text.includes(secret), `${secret.slice(0, 12)}… is in ${place}`).toBe(false);
  }
});

it("a request's line in the log names the user, the project and the job", async () => {
  await using web = await startDoor();
  const admin = await addPerson({ role: "admin" });
  const tenant = await registerTenant(await makeSchema());
  const headers = { "X-Request-Id": "find-me" };
  const started = await call("POST /api/backup/export", { as: admin, headers, body: { project_id: tenant.projectId } });
  const { job_id } = (started.body as { data: { job_id: string } }).data;
  const find = () =>
    web
      .log()
      .split("\n")
      .find((text) => text.includes("find-me"));
  const line = await waitFor(find, { what: "the request's line" });
  expect(JSON.parse(line)).toMatchObject({
    requestId: "find-me",
    method: "POST",
    path: "/api/backup/export",
    status: 202,
    userId: admin.id,
    projectId: tenant.projectId,
    jobId: job_id,
  });
});
