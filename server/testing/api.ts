import { createServer } from "node:http";
import { afterAll, beforeAll } from "vitest";
import { db } from "@/db/client";
import { hashPassword } from "@/db/password";
import { type permission, projectMembers, users } from "@/db/schema";
import { unique } from "@/jobs/testing/tenant";
import { signJwt } from "@/server/jwt";
import { serveWith } from "@/server/serve";
import { setEnvironment } from "@/server/testing/env";

/** Tests about limits set their own. */
const unlimited = {
  STATUS_READS_PER_SECOND: "0",
  EXPORTS_PER_MINUTE: "0",
  IMPORTS_PER_MINUTE: "0",
  SIGN_INS_PER_MINUTE: "0",
};

export const api = { url: "" };

/** Serves the doors, without the pages, for all tests of a file. */
export function givenApi(env: Record<string, string> = {}): void {
  const server = createServer((request, response) => {
    handle(request, response).catch((error) => response.destroy(error));
  });
  const handle = serveWith(async (_, response) => response.writeHead(404).end("page"), false);
  beforeAll(async () => {
    setEnvironment({ ...unlimited, ...env });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    api.url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
}

export type Person = { id: string; email: string; password: string; jwt: string };

type Permission = (typeof permission.enumValues)[number];

/** Somebody with an account, and a JWT for it. `permissions` are by project. */
export async function addPerson({
  role = "member",
  permissions = {},
}: {
  role?: "admin" | "member";
  permissions?: Record<string, Permission[]>;
} = {}): Promise<Person> {
  const email = `${unique()}@example.org`;
  const password = `password-${unique()}`;
  const [user] = await db
    .insert(users)
    .values({ email, name: "Ada", role, passwordHash: await hashPassword(password) })
    .returning();
  if (!user) throw new Error("no user");
  for (const [projectId, granted] of Object.entries(permissions)) {
    await db.insert(projectMembers).values({ projectId, userId: user.id, permissions: granted });
  }
  return { id: user.id, email, password, jwt: await signJwt(user) };
}

export type Reply = { status: number; headers: Headers; body: unknown };

type Call = { as?: Person | string; body?: unknown; headers?: Record<string, string> };

/** Asks the API as a program does: `call("GET /api/jobs", { as: ada })`. */
export async function call(what: string, { as, body, headers = {} }: Call = {}): Promise<Reply> {
  const [method = "GET", path = "/"] = what.split(" ");
  const token = typeof as === "string" ? as : as?.jwt;
  const response = await fetch(api.url + path, {
    method,
    redirect: "manual",
    headers: {
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
