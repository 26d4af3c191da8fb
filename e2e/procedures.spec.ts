import type { APIResponse } from "@playwright/test";
import { expect, test } from "@/e2e/fixtures";

/** What nobody may see, whatever was asked: where it went wrong, in what, and the statement behind it. */
const internals = /\bat .+:\d+:\d+|node_modules|\.[jt]s\b|select .+ from|Failed query|postgres:\/\//i;

/** Refused in a way that tells nothing, and that can be found again in the log. */
async function expectRefusal(answer: APIResponse, statuses: number[]): Promise<string> {
  const text = await answer.text();
  expect(statuses, text).toContain(answer.status());
  expect(text).not.toMatch(internals);
  expect(answer.headers()["x-request-id"]).toMatch(/^[A-Za-z0-9._-]{1,100}$/);
  return text;
}

const json = { "content-type": "application/json" };

test("a batch of fifty calls is refused, one of ten is answered", async ({ request }) => {
  const batch = (count: number) =>
    `/api/trpc/${Array(count).fill("user.me").join(",")}?batch=1&input=${encodeURIComponent("{}")}`;
  await expectRefusal(await request.get(batch(50)), [400]);
  await expectRefusal(await request.get(batch(11)), [400]);
  const answer = await request.get(batch(10));
  expect([answer.status(), (await answer.json()).length]).toEqual([200, 10]);
});

test("only JSON from our own pages changes anything", async ({ request, api, coffer }) => {
  const path = "/api/trpc/project.rename";
  const input = JSON.stringify({ projectId: "lunaria", name: "Taken over" });
  await expectRefusal(await request.post(path, { multipart: { input } }), [415]);
  await expectRefusal(await request.post(path, { form: { input } }), [415]);
  for (const type of ["text/plain", "application/octet-stream", "application/jsonx", ""])
    await expectRefusal(await request.post(path, { data: input, headers: { "content-type": type } }), [415]);
  const elsewhere: Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "https://evil.example" },
    { origin: coffer.url.replace("localhost", "localhost.evil.example") },
    { origin: "null" },
  ];
  for (const headers of elsewhere)
    await expectRefusal(await request.post(path, { data: input, headers: { ...json, ...headers } }), [403]);
  for (const method of ["PUT", "PATCH", "DELETE"])
    await expectRefusal(await request.fetch(path, { method, data: input, headers: json }), [405]);
  // A mutation is no query.
  await expectRefusal(await request.get(`${path}?input=${encodeURIComponent(input)}`), [405]);
  expect((await api.project.get.query({ projectId: "lunaria" })).name).toBe("Lunaria Astrology");

  const own = await request.post(path, {
    data: JSON.stringify({ projectId: "lunaria", name: "Lunaria Astrology" }),
    headers: { ...json, origin: coffer.url, "sec-fetch-site": "same-origin" },
  });
  expect(own.status()).toBe(200);
});

test("what is not there, is not read or is too much ends in a plain answer", async ({ request }) => {
  for (const path of ["nothing", "user.nothing", "user.me.more", "__proto__", "constructor.name", "user.__proto__", ""])
    await expectRefusal(await request.get(`/api/trpc/${path}`), [404]);
  for (const input of ["{", "nul", '{"projectId":"%00"}', '"text"', "[]", "1e999"])
    await expectRefusal(await request.get(`/api/trpc/project.get?input=${encodeURIComponent(input)}`), [400]);
  for (const data of ["{", "nul", '"text"', "[1]", "\u0000"])
    await expectRefusal(
      await request.post("/api/trpc/export.startExport", { data: Buffer.from(data), headers: json }),
      [400],
    );
  const large = JSON.stringify({ projectId: "lunaria", description: "x".repeat(5_000_000) });
  await expectRefusal(await request.post("/api/trpc/export.startExport", { data: large, headers: json }), [400, 413]);
});

test("an input that reaches for the prototype is refused, and changes none", async ({ request }) => {
  for (const data of [
    '{"projectId":"lunaria","__proto__":{"format":"sql"}}',
    '{"projectId":"lunaria","constructor":{"prototype":{"format":"sql"}}}',
    '{"__proto__":{"projectId":"lunaria"}}',
  ])
    await expectRefusal(
      await request.post("/api/trpc/export.startExport", { data: Buffer.from(data), headers: json }),
      [400],
    );
  const answer = await request.get("/api/trpc/user.me");
  expect((await answer.json()).result.data).not.toHaveProperty("format");
});

test("an export takes only what it knows", async ({ request }) => {
  const wrong: object[] = [
    ...["*", '"', "-n", "../acme", "a\u0000b", "tenant_acme;drop", "x".repeat(101), "", "no-such-project"].map(
      (projectId) => ({ projectId }),
    ),
    ...["/etc", "..", "a/../b", "%2e%2e/x", "..%2fx", ".hidden", "a//b", "a\\b", "C:\\x"].map((storagePath) => ({
      projectId: "lunaria",
      storagePath,
    })),
    { projectId: "lunaria", format: "directory" },
    { projectId: "lunaria", compression: "xz" },
    { projectId: "lunaria", unknown: true },
    { projectId: "lunaria", tags: Array(21).fill("tag") },
    { projectId: "lunaria", idempotencyKey: "" },
    {},
  ];
  for (const data of wrong) {
    const answer = await request.post("/api/trpc/export.startExport", { data });
    const text = await expectRefusal(answer, [400, 404]);
    expect(text, JSON.stringify(data)).toMatch(/VALIDATION_ERROR|PROJECT_NOT_FOUND/);
  }
});

test("ids, pages and filters that nobody gave are refused", async ({ request }) => {
  const ask = (path: string, input: object) =>
    request.get(`/api/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`);
  for (const jobId of ["", "1", "00000000-0000-0000-0000-00000000000g", "' or 1=1 --"])
    await expectRefusal(await ask("job.getStatus", { jobId }), [400]);
  for (const limit of [-1, 0, 101, 1e9, 1.5, "10"])
    await expectRefusal(await ask("backup.listBackups", { limit }), [400]);
  for (const cursor of ["x", "e30", Buffer.from('["2026-01-01T00:00:00Z","x"]').toString("base64url"), "y".repeat(201)])
    await expectRefusal(await ask("backup.listBackups", { cursor }), [400]);
  await expectRefusal(await ask("backup.listBackups", { sort: "name;drop" }), [400]);
  await expectRefusal(await ask("backup.listBackups", { status: "x" }), [400]);
});

test("a request id that is safe to log is kept, another one is not", async ({ request }) => {
  const idFor = async (sent: string) =>
    (await request.get("/api/trpc/user.me", { headers: { "x-request-id": sent } })).headers()["x-request-id"];
  expect(await idFor("from-the-client.1")).toBe("from-the-client.1");
  for (const sent of ["a b", "x".repeat(101), '{"level":60}', "ü"])
    expect(await idFor(sent)).toMatch(/^[0-9a-f-]{36}$/);
});
