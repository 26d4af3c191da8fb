import Ajv from "ajv/dist/2020";
import { expect } from "vitest";
import { openApiDocument } from "@/server/rest/openapi";
import type { Reply } from "@/server/testing/api";

export const document = JSON.parse(JSON.stringify(openApiDocument("http://localhost:3000")));
type Operation = {
  operationId: string;
  tags: string[];
  responses: Record<string, { content?: Record<string, unknown> }>;
};
export const operations = new Map<string, { pointer: string; operation: Operation }>();
for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths)) {
  for (const [method, operation] of Object.entries(methods)) {
    const pointer = `#/paths/${path.replaceAll("/", "~1")}/${method}`;
    operations.set(operation.operationId, { pointer, operation });
  }
}
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, "api");

/** Whether the document foresees this answer. */
function expectDocumented(id: string, reply: Reply) {
  const { pointer, operation } = operations.get(id) ?? {};
  const response = operation?.responses[reply.status];
  expect(response, `${id} answered ${reply.status}: ${JSON.stringify(reply.body)}`).toBeDefined();
  expect(reply.headers.get("x-request-id")).toBeTruthy();
  if (!response?.content) return expect(reply.body, id).toBe("");
  const type = reply.headers.get("content-type")?.split(";")[0] ?? "";
  expect(Object.keys(response.content), id).toContain(type);
  if (type !== "application/json") return;
  const where = `${pointer}/responses/${reply.status}/content/${type.replaceAll("/", "~1")}/schema`;
  const validate = ajv.compile({ $ref: `api${encodeURI(where)}` });
  expect(validate(reply.body), `${id} ${reply.status}: ${ajv.errorsText(validate.errors)}`).toBe(true);
}

/** Backups and what becomes of them have a test of their own. */
export const isAboutBackups = (tag: string): boolean => ["Backups", "Restore", "Dumps"].includes(tag);

/** So have the rows of projects. */
export const isAboutData = (tag: string): boolean => tag === "Data";

export const isAboutDestinations = (tag: string): boolean => tag === "Destinations";

/** And those about who is told. */
export const isAboutNotifications = (tag: string): boolean => tag === "Notifications";

/** So has what the clock does. */
export const isAboutClock = (tag: string): boolean => ["Schedules", "Discovery"].includes(tag);

/** Calls operations, and looks whether the document foresees the answers. */
export function driver() {
  const driven = new Set<string>();
  return {
    async check(id: string, reply: Promise<Reply>): Promise<Reply> {
      driven.add(id);
      expectDocumented(id, await reply);
      return reply;
    },
    /** Whether every operation was called whose tag is one of these, or none of them. */
    expectAll(isMine: (tag: string) => boolean) {
      const mine = [...operations.values()].map(({ operation }) => operation).filter(({ tags }) => tags.some(isMine));
      expect([...driven].sort()).toEqual(mine.map(({ operationId }) => operationId).sort());
    },
  };
}
