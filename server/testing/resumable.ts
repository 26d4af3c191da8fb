import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import path from "node:path";
import { beforeAll, expect } from "vitest";
import { makeTenant, type Tenant } from "@/jobs/testing/tenant";
import { addPerson, api, type Person } from "@/server/testing/api";

type Given = {
  tenant: Tenant;
  /** Both may import rows into it. */
  importer: Person;
  other: Person;
};

const given = {} as Given;

/** A tenant, and people who upload for it in all tests of a file. */
export function givenImporters(): Given {
  beforeAll(async () => {
    const tenant = await makeTenant({ tables: 0 });
    given.tenant = tenant;
    given.importer = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
    given.other = await addPerson({ permissions: { [tenant.projectId]: ["import"] } });
  });
  return given;
}

type Sent = { as?: Person | null; headers?: Record<string, string | number>; body?: Buffer };

/** A request that is not sent yet. */
export function open(method: string, where: string, { as = given.importer, headers = {} }: Sent = {}) {
  const token = as ? { Authorization: `Bearer ${as.jwt}` } : {};
  const sending = request(api.url + where, { method, headers: { "Tus-Resumable": "1.0.0", ...token, ...headers } });
  sending.on("error", () => {});
  return sending;
}

/** Sends a request in the name of the importer, and gives its answer. */
export async function send(method: string, where: string, options: Sent = {}) {
  const sending = open(method, where, options);
  const answered = once(sending, "response");
  sending.end(options.body);
  const [response]: IncomingMessage[] = await answered;
  let text = "";
  for await (const piece of response ?? []) text += piece;
  return { status: response?.statusCode, headers: response?.headers ?? {}, text };
}

export const base64 = (text: string) => Buffer.from(text).toString("base64");
export const metadata = (fields: Record<string, string>) =>
  Object.entries(fields)
    .map(([key, value]) => `${key} ${base64(value)}`)
    .join(",");
const usual = () => ({ "Upload-Metadata": metadata({ filename: "clients.csv", project_id: given.tenant.slug }) });

export const create = (bytes: number, options: Sent = {}) =>
  send("POST", "/api/v1/uploads", { ...options, headers: { "Upload-Length": bytes, ...usual(), ...options.headers } });

/** The address of a new upload of so many bytes. */
export async function created(bytes: number): Promise<string> {
  const { status, headers } = await create(bytes, { headers: { Host: "elsewhere.example" } });
  expect(status).toBe(201);
  expect(headers.location).toMatch(/^\/api\/v1\/uploads\/[0-9a-f-]{36}$/);
  return headers.location ?? "";
}

export const patch = (where: string, offset: number, options: Sent = {}) =>
  send("PATCH", where, {
    ...options,
    headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": offset, ...options.headers },
  });
export const idOf = (where: string) => path.basename(where);
