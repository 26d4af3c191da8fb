import { connect } from "node:net";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { rows } from "@/server/rest/table";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";
import { expectClear } from "@/server/testing/expect-clear";

givenControlPlane();
givenApi();

let admin: Person;
beforeAll(async () => {
  admin = await addPerson({ role: "admin" });
});

const anId = "00000000-0000-4000-8000-000000000000";
const fill = (path: string) => path.replace(/\{\w+\}/g, anId);

const everyRow = rows.map((row) => [`${row.method} ${row.path}`, row] as const);
const posts = everyRow.filter(([, row]) => row.method === "POST");

describe("without credentials", () => {
  it.each(everyRow.filter(([, row]) => !row.open))("%s is refused", async (_, row) => {
    const reply = await call(`${row.method} ${fill(row.path)}`, row.method === "POST" ? { body: {} } : {});
    expect(reply).toMatchObject({ status: 401, body: { code: "UNAUTHENTICATED" } });
    expectClear(reply);
  });
});

describe.each(everyRow)("%s", (_, row) => {
  const what = `${row.method} ${fill(row.path)}`;

  it("refuses fields and parameters that do not exist", async () => {
    const body = row.method === "POST" ? { surprise: 1 } : undefined;
    const query = row.method === "POST" ? "" : "?surprise=1";
    const reply = await call(what + query, { as: admin, body });
    expect(reply).toMatchObject({ status: 400, body: { code: "VALIDATION_ERROR", details: [{ field: "surprise" }] } });
    expectClear(reply);
  });

  it("refuses ids that are none", async () => {
    const broken = ["7", "..%2F..%2Fetc", "%00", "%ff", "' or 1=1 --", "🦊", "x".repeat(300), "-n", "*", "__proto__"];
    for (const id of broken) {
      if (!row.path.includes("{")) return;
      const path = row.path.replace(/\{\w+\}/g, encodeURI(id).replaceAll("%25", "%"));
      expectClear(await call(`${row.method} ${path}`, { as: admin, body: row.method === "POST" ? {} : undefined }));
    }
  });

  it("says which methods it takes", async () => {
    const reply = await fetch(api.url + fill(row.path), {
      method: "PATCH",
      headers: { Authorization: `Bearer ${admin.jwt}` },
    });
    expect(reply.status).toBe(405);
    expect(reply.headers.get("allow")).toContain(row.method);
  });

  it("keeps a request id that is safe to log, and replaces any other", async () => {
    const kept = await call(what, { headers: { "X-Request-Id": "abc-1.2_3" } });
    expect(kept.headers.get("x-request-id")).toBe("abc-1.2_3");
    const replaced = await call(what, { headers: { "X-Request-Id": "a b\u00e9" } });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe.each(posts)("%s", (_, row) => {
  const what = `POST ${fill(row.path)}`;
  const send = (body: string, headers: Record<string, string> = {}) => call(what, { as: admin, body, headers });

  it.each([
    ["form", "a=1", "application/x-www-form-urlencoded"],
    ["upload", "--x", "multipart/form-data; boundary=x"],
    ["text", "{}", "text/plain"],
    ["bytes", "{}", "application/octet-stream"],
  ])("refuses a body that is a %s", async (_, body, type) => {
    const reply = await send(body, { "Content-Type": type });
    // Where a form is taken, this one is cut off.
    const isTaken = row.takesFile && type.startsWith("multipart");
    const refusal = isTaken
      ? { status: 400, code: "VALIDATION_ERROR" }
      : { status: 415, code: "UNSUPPORTED_MEDIA_TYPE" };
    expect(reply).toMatchObject({ status: refusal.status, body: { code: refusal.code } });
    expectClear(reply);
  });

  it.each(["{", "[]", "1", '"x"', "null", `${"[".repeat(100_000)}`, '{"a":', "\u0000", "{}{}"])(
    "refuses the body %#",
    async (body) => {
      const reply = await send(body);
      expect(reply.status).toBe(400);
      expectClear(reply);
    },
  );

  it("refuses what is too large, told or untold, before it has come", async () => {
    const told = await send(`{"a":"${"x".repeat(1024 * 1024)}"}`);
    expect(told).toMatchObject({ status: 413, body: { code: "PAYLOAD_TOO_LARGE" } });
    expect(await untold(fill(row.path))).toMatch(/^HTTP\/1.1 413 /);
  });

  it("takes __proto__ for a name like any other that is not known", async () => {
    const reply = await send('{"__proto__":{"admin":true},"constructor":{"prototype":{}}}');
    expect(reply.status).toBe(400);
    expectClear(reply);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

/** Sends a body in pieces that never end, as long as somebody takes them. Gives the answer. */
async function untold(path: string): Promise<string> {
  const { hostname, port } = new URL(api.url);
  const socket = connect(Number(port), hostname);
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: x",
    `Authorization: Bearer ${admin.jwt}`,
    "Content-Type: application/json",
    "Transfer-Encoding: chunked",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  const chunk = `10000\r\n${"x".repeat(65_536)}\r\n`;
  let answer = "";
  socket.on("error", () => {});
  const answered = new Promise<void>((resolve) =>
    socket
      .on("data", (data) => {
        answer += data;
        resolve();
      })
      .on("close", resolve),
  );
  let sent = 0;
  while (answer === "" && sent < 64) {
    sent++;
    await Promise.race([new Promise<void>((resolve) => socket.write(chunk, () => resolve())), answered]);
  }
  await answered;
  socket.destroy();
  return answer;
}
