import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { startExport } from "@/jobs/testing/export-job";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { addPerson, api, call, givenApi, type Person } from "@/server/testing/api";

const limits = { STATUS_READS_PER_SECOND: "10", EXPORTS_PER_MINUTE: "10", SIGN_INS_PER_MINUTE: "5" };
givenControlPlane();
givenApi(limits);

let tenant: Tenant;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
});

const newcomer = () => addPerson({ permissions: { [tenant.projectId]: ["export"] } });
const statuses = (replies: { status: number }[]) => replies.map(({ status }) => status);
const count = (replies: { status: number }[], status: number) =>
  statuses(replies).filter((each) => each === status).length;

describe("the limit of exports", () => {
  const start = (as: Person, headers = {}) =>
    call("POST /api/backup/export", { as, headers, body: { project_id: tenant.projectId } });

  it("lets ten through in a minute, says what is left, and when to come back", async () => {
    const ada = await newcomer();
    for (let n = 1; n <= 10; n++) {
      const { status, headers } = await start(ada);
      expect([status, headers.get("ratelimit-limit"), headers.get("ratelimit-remaining")]).toEqual([
        202,
        "10",
        String(10 - n),
      ]);
    }
    const last = await start(ada);
    const wait = Number(last.headers.get("retry-after"));
    expect(last).toMatchObject({ status: 429, body: { code: "RATE_LIMIT_EXCEEDED", retryAfter: wait } });
    expect(wait).toBeGreaterThan(50);
    expect(wait).toBeLessThanOrEqual(60);
  });

  it("is each client's own, whatever address they claim to have", async () => {
    const [ada, bob] = [await newcomer(), await newcomer()];
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        start(ada, { "X-Forwarded-For": `10.0.0.${n}`, "X-Coffer-Socket-Address": `10.1.0.${n}` }),
      ),
    );
    expect([count(replies, 202), count(replies, 429)]).toEqual([10, 10]);
    expect((await start(bob)).status).toBe(202);
  });

  it("counts tokens one by one", async () => {
    const ada = await newcomer();
    const make = async () => {
      const { body } = await call("POST /api/v1/tokens", { as: ada, body: { name: "t", scopes: ["export"] } });
      return (body as { data: { token: string } }).data.token;
    };
    const [one, two] = [await make(), await make()];
    for (const as of [one, two]) {
      const body = { project_id: tenant.projectId };
      const replies = await Promise.all(
        Array.from({ length: 11 }, () => call("POST /api/backup/export", { as, body })),
      );
      expect([count(replies, 202), count(replies, 429)]).toEqual([10, 1]);
    }
  });
});

describe("the limit of status reads", () => {
  it("refuses the eleventh in a second, and lets the client back in after it", async () => {
    const ada = await newcomer();
    const admin = await addPerson({ role: "admin" });
    const job = await startExport(tenant);
    const read = (as: Person) => call(`GET /api/jobs/${job}`, { as });
    const replies = await Promise.all(Array.from({ length: 11 }, () => read(admin)));
    expect([count(replies, 200), count(replies, 429)]).toEqual([10, 1]);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect((await read(ada)).status).toBe(403);
    await waitFor(async () => (await read(admin)).status === 200, { what: "the end of the window" });
  });
});

describe("the limit of sign-ins", () => {
  it("is the account's, wherever the tries come from, and does not tell whether it exists", async () => {
    const ada = await addPerson();
    for (const email of [ada.email, "nobody@example.org"]) {
      const attempt = (n: number) =>
        call("POST /api/v1/auth/login", {
          body: { email: n % 2 ? email : email.toUpperCase(), password: "wrong" },
          headers: { "X-Forwarded-For": `10.0.0.${n}` },
        });
      const replies = await Promise.all(Array.from({ length: 7 }, (_, n) => attempt(n)));
      expect([count(replies, 401), count(replies, 429)]).toEqual([5, 2]);
    }
  });
});

describe("two web processes", () => {
  it("share one limit", async () => {
    const ada = await newcomer();
    await using other = await startDoor();
    const urls = [api.url, other.url];
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        fetch(`${urls[n % 2]}/api/backup/export`, {
          method: "POST",
          headers: { Authorization: `Bearer ${ada.jwt}`, "Content-Type": "application/json" },
          body: JSON.stringify({ project_id: tenant.projectId }),
        }),
      ),
    );
    expect([count(replies, 202), count(replies, 429)]).toEqual([10, 10]);
  });
});

/** The same doors in another process. */
async function startDoor(): Promise<AsyncDisposable & { url: string }> {
  const file = path.join(import.meta.dirname, "testing/door.ts");
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", file], {
    env: { ...process.env },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [url] = await once(child, "message");
  return {
    url: String(url),
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, "exit");
    },
  };
}
