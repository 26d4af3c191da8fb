import { sql } from "drizzle-orm";
import { SignJWT } from "jose";
import { encode } from "next-auth/jwt";
import { beforeAll, describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { deriveKey } from "@/db/secret";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeSchema, registerTenant, type Tenant } from "@/jobs/testing/tenant";
import { sessionSecret } from "@/server/session";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";

givenControlPlane();
givenApi();

let tenant: Tenant;
let ada: Person;
beforeAll(async () => {
  tenant = await registerTenant(await makeSchema());
  ada = await addPerson({ permissions: { [tenant.projectId]: ["export"] } });
});

async function makeToken(scopes: string[], more: object = {}) {
  const { status, body } = await call("POST /api/v1/tokens", { as: ada, body: { name: "test", scopes, ...more } });
  expect(status).toBe(201);
  return (body as { data: { id: string; token: string } }).data;
}

const start = (as: string) => call("POST /api/backup/export", { as, body: { project_id: tenant.projectId } });
const list = (as?: string) => call("GET /api/jobs", { as });
const refused = (code = "UNAUTHENTICATED") => ({ status: 401, body: { code } });

describe("a JWT", () => {
  const claims = { ver: 1, jti: "7b1f7a0e-6f0e-4b5e-9d57-0d1b0a0c7a11" };
  const forge = (
    change: { iss?: string; aud?: string; exp?: string; key?: Uint8Array; alg?: string; jti?: string } = {},
  ) =>
    new SignJWT({ ...claims, ...(change.jti === undefined ? {} : { jti: change.jti }) })
      .setProtectedHeader({ alg: change.alg ?? "HS256" })
      .setIssuer(change.iss ?? "coffer")
      .setAudience(change.aud ?? "coffer-api")
      .setSubject(ada.id)
      .setIssuedAt()
      .setExpirationTime(change.exp ?? "1h")
      .sign(change.key ?? deriveKey("jwt"));

  it("comes for e-mail and password, and is good for a day", async () => {
    const { body } = await call("POST /api/v1/auth/login", { body: { email: ada.email, password: ada.password } });
    expect(body).toMatchObject({ token_type: "bearer", expires_in: 86_400 });
    expect(await list((body as { access_token: string }).access_token)).toMatchObject({ status: 200 });
  });

  it("is refused with one answer for an unknown user, a wrong password and a disabled user", async () => {
    const disabled = await addPerson();
    await db.execute(sql`update control_plane.users set disabled_at = now() where id = ${disabled.id}`);
    const tries = [
      { email: "nobody@example.org", password: "x" },
      { email: ada.email, password: "x" },
      { email: disabled.email, password: disabled.password },
    ];
    for (const body of tries) {
      expect(await call("POST /api/v1/auth/login", { body })).toMatchObject({
        status: 401,
        body: { code: "UNAUTHENTICATED", message: "The email or the password is wrong." },
      });
    }
  });

  it("that we have signed as the others is taken, so that the forged ones fail for their own reason", async () => {
    expect(await list(await forge())).toMatchObject({ status: 200 });
  });

  it.each([
    ["of another issuer", { iss: "other" }],
    ["for another audience", { aud: "other" }],
    ["signed with another key", { key: new Uint8Array(32) }],
    ["with another algorithm", { alg: "HS512" }],
    ["without a proper id", { jti: "x" }],
  ])("%s is refused", async (_, change) => {
    expect(await list(await forge(change))).toMatchObject(refused());
  });

  it("that has expired says so", async () => {
    expect(await list(await forge({ exp: "-1s" }))).toMatchObject(refused("TOKEN_EXPIRED"));
  });

  it("without a signature, cut or changed is refused", async () => {
    const [header = "", payload = "", signature = ""] = (await forge()).split(".");
    const none = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
    const other = Buffer.from(JSON.stringify({ ...claims, sub: ada.id, iss: "coffer", aud: "coffer-api", exp: 2e9 }));
    for (const token of [
      `${none}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${other.toString("base64url")}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      "x".repeat(5000),
    ]) {
      expect(await list(token)).toMatchObject(refused());
    }
  });

  it("ends with its user's sessions", async () => {
    const bob = await addPerson();
    await db.execute(sql`update control_plane.users set session_version = session_version + 1 where id = ${bob.id}`);
    expect(await list(bob.jwt)).toMatchObject(refused());
  });
});

describe("an API token", () => {
  it("does what its scopes say, and nothing else", async () => {
    const [reads, exports] = [await makeToken(["read"]), await makeToken(["export"])];
    expect(await list(reads.token)).toMatchObject({ status: 200 });
    expect(await start(reads.token)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    expect(await start(exports.token)).toMatchObject({ status: 202 });
    expect(await list(exports.token)).toMatchObject({ status: 403 });
  });

  it("may never more than its owner", async () => {
    const all = await makeToken(["read", "export", "import", "restore", "manage"]);
    const other = await registerTenant(await makeSchema());
    const body = { project_id: other.projectId };
    expect(await call("POST /api/backup/export", { as: all.token, body })).toMatchObject({ status: 404 });
  });

  it("is kept as a hash only, and shown once", async () => {
    const { id, token } = await makeToken(["read"]);
    expect(token).toMatch(/^coffer_[\w-]{43}$/);
    const [row] = await db.execute(sql`select t::text as all from control_plane.api_tokens t where id = ${id}`);
    expect(String(row?.all)).not.toContain(token.slice(12));
    const { body } = await call("GET /api/v1/tokens", { as: ada });
    expect(JSON.stringify(body)).toContain(id);
    expect(JSON.stringify(body)).not.toContain(token.slice(12));
  });

  it("shows when it was used last", async () => {
    const { id, token } = await makeToken(["read"]);
    await list(token);
    const { body } = await call("GET /api/v1/tokens", { as: token });
    const { data } = body as { data: { id: string; last_used_at: string | null }[] };
    expect(data.find((each) => each.id === id)?.last_used_at).toEqual(expect.any(String));
  });

  it("ends when it is revoked, when its time is over, and with its owner", async () => {
    const [revoked, expired, orphan] = await Promise.all([1, 2, 3].map(() => makeToken(["read"])));
    await call(`DELETE /api/v1/tokens/${revoked?.id}`, { as: ada });
    expect(await list(revoked?.token)).toMatchObject(refused());
    await db.execute(sql`update control_plane.api_tokens set expires_at = now() where id = ${expired?.id}`);
    expect(await list(expired?.token)).toMatchObject(refused("TOKEN_EXPIRED"));
    await db.execute(sql`update control_plane.users set disabled_at = now() where id = ${ada.id}`);
    expect(await list(orphan?.token)).toMatchObject(refused());
    await db.execute(sql`update control_plane.users set disabled_at = null where id = ${ada.id}`);
    expect(await list(orphan?.token)).toMatchObject({ status: 200 });
  });

  it("cannot make one that may more than itself", async () => {
    const { token } = await makeToken(["read", "manage"]);
    const make = (scopes: string[]) => call("POST /api/v1/tokens", { as: token, body: { name: "child", scopes } });
    expect(await make(["read"])).toMatchObject({ status: 201 });
    expect(await make(["read", "restore"])).toMatchObject({ status: 403 });
  });

  it("of somebody else cannot be revoked or seen", async () => {
    const { id } = await makeToken(["read"]);
    const bob = await addPerson();
    expect(await call(`DELETE /api/v1/tokens/${id}`, { as: bob })).toMatchObject({ status: 404 });
    expect(await call("GET /api/v1/tokens", { as: bob })).toMatchObject({ body: { data: [] } });
  });
});

describe("credentials", () => {
  it.each(["Basic YTpi", "Bearer", "Bearer a b", "bearer\tx", "Token x"])(
    "in the form of %j are refused",
    async (authorization) => {
      expect(await call("GET /api/jobs", { headers: { Authorization: authorization } })).toMatchObject(refused());
    },
  );

  it("of a session are taken from our own pages, and not from another site", async () => {
    const session = await encode({ token: { sub: ada.id, version: 1 }, secret: sessionSecret() });
    const cookie = { Cookie: `next-auth.session-token=${session}` };
    const post = (headers: Record<string, string>) =>
      call("POST /api/backup/export", { headers: { ...cookie, ...headers }, body: { project_id: tenant.projectId } });
    expect(await post({ "Sec-Fetch-Site": "same-origin" })).toMatchObject({ status: 202 });
    const elsewhere: Record<string, string>[] = [
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { Origin: "https://evil.example" },
    ];
    for (const headers of elsewhere) {
      expect(await post(headers)).toMatchObject({ status: 403, body: { code: "PERMISSION_DENIED" } });
    }
    expect(await call("GET /api/jobs", { headers: cookie })).toMatchObject({ status: 200 });
  });
});
