import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { startExport } from "@/jobs/testing/export-job";
import { makeTenant } from "@/jobs/testing/tenant";
import { partsOf } from "@/server/rest/input";
import type { rows } from "@/server/rest/table";
import { wireName } from "@/server/rest/wire";
import { addPerson, call, type Person } from "@/server/testing/api";

type Row = (typeof rows)[number];
type Ids = { projectId: string; jobId: string };

const inputsPerRow = 2_000;
/** Each answer asks the server of every database. */
const slow = ["GET /api/v1/discovery"];
/** Which fields there have to be follows from another one: chance hardly ever finds them, and no others. */
const fitTogether = ["POST /api/v1/destinations", "POST /api/v1/destinations/test"];
const atOnce = 20;

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    "\u0000",
    "\ud800",
    "'; drop table x --",
    "../..",
    "-1",
    "1e999",
    "null",
    "NaN",
    "%00",
    "x".repeat(5_000),
    "2026-02-30T25:61:00Z",
  ),
);
const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 0, 2 ** 53, -(2 ** 63), 1e308));
const anything = fc.oneof(text, number, fc.boolean(), fc.constant(null), fc.jsonValue({ maxDepth: 3 }));

/** Values that the schema takes, mostly. */
function fitting(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault) {
    return fitting(schema.unwrap());
  }
  if (schema instanceof z.ZodPipe) return fitting(schema.in);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodNumber) return fc.integer({ min: 0, max: 200 });
  if (schema instanceof z.ZodUnion) return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (schema instanceof z.ZodArray) return fc.array(fitting(schema.element), { maxLength: 25 });
  if (schema instanceof z.ZodUUID) return fc.uuid();
  return fc.string({ unit: "grapheme", maxLength: 60 });
}

const known = (name: string, { projectId, jobId }: Ids) =>
  fc.constantFrom(...(name === "projectId" ? [projectId, randomUUID(), "slug"] : [jobId, randomUUID()]));

/** Where chance would hardly ever find a value that is taken. */
const wellFormed: Record<string, () => fc.Arbitrary<unknown>> = {
  email: () => fc.emailAddress(),
  url: () => fc.constant("https://127.0.0.1:1/"),
  heartbeatUrl: () => fc.constant("https://127.0.0.1:1/"),
  apiUrl: () => fc.constant("https://127.0.0.1:1/"),
  to: () => fc.array(fc.constant("ops@example.org"), { minLength: 1, maxLength: 20 }),
  botToken: () => fc.stringMatching(/^[0-9]{1,10}:[A-Za-z0-9]{10,40}$/),
  chatId: () => fc.stringMatching(/^-[0-9]{1,13}$/),
  secret: () => fc.stringMatching(/^[a-z]{16,40}$/),
  name: () => fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  cron: () => fc.constantFrom("0 2 * * *", "*/30 * * * 1-5"),
  timeZone: () => fc.constantFrom("Europe/Berlin", "UTC"),
  pattern: () => fc.constantFrom("*", "a*"),
  slug: () => fc.stringMatching(/^[a-zA-Z0-9_-]{1,60}$/),
};

type Field = { name: string; schema: z.core.$ZodType; ids: Ids };

const right = ({ name, schema, ids }: Field) =>
  name.endsWith("Id") ? known(name, ids) : (wellFormed[name]?.() ?? fitting(schema));

/** Each field right, wrong or left out. */
const wild = (field: Field) =>
  fc.oneof(
    { arbitrary: right(field), weight: 5 },
    { arbitrary: anything, weight: 2 },
    { arbitrary: fc.constant(undefined), weight: 3 },
  );

/** As somebody sends it who has read what is needed: with many fields chance hardly ever has all of them right. */
const tame = (field: Field) =>
  field.schema instanceof z.ZodOptional || field.schema instanceof z.ZodDefault
    ? fc.oneof({ arbitrary: right(field), weight: 1 }, { arbitrary: fc.constant(undefined), weight: 5 })
    : right(field);

const param = fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: text, weight: 1 });
const extra = fc.option(fc.dictionary(fc.string({ maxLength: 20 }), anything, { maxKeys: 2 }), { freq: 4, nil: {} });
const header = fc.stringMatching(/^[\x20-\x7e]{0,220}$/);

type Sent = { what: string; body?: unknown; headers: Record<string, string> };

function requests(row: Row, ids: Ids): fc.Arbitrary<Sent> {
  const { params, rest } = partsOf(row);
  const fieldsOf = (each: (field: Field) => fc.Arbitrary<unknown>) =>
    fc.record(
      Object.fromEntries(
        Object.entries(rest.shape).map(([name, schema]) => [wireName(name, row.casing), each({ name, schema, ids })]),
      ),
    );
  return fc
    .record({
      fields: fc.oneof({ arbitrary: fieldsOf(wild), weight: 3 }, { arbitrary: fieldsOf(tame), weight: 1 }),
      extra,
      params: fc.tuple(...params.map(() => param)),
      key: fc.option(header),
      wait: fc.option(header),
    })
    .map((sent) => {
      const values = [...sent.params];
      const path = row.path.replace(/\{(\w+)\}/g, () => {
        const value = values.shift() ?? (row.path.includes("tools") ? ids.projectId : ids.jobId);
        return encodeURIComponent(value.toWellFormed()) || "-";
      });
      const all = { ...sent.fields, ...sent.extra };
      const headers = {
        ...(sent.key === null ? {} : { "Idempotency-Key": sent.key }),
        // Nobody waits for a worker here: there is none.
        ...(sent.wait === null ? {} : { Prefer: `respond-async, ${sent.wait.replace(/wait/gi, "")}` }),
      };
      if (row.method === "POST") return { what: `POST ${path}`, body: JSON.stringify(all), headers };
      return { what: `${row.method} ${path}${queryOf(all)}`, headers };
    });
}

function queryOf(fields: Record<string, unknown>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value])
      query.append(name, typeof each === "object" ? JSON.stringify(each) : String(each));
  }
  return query.size > 0 ? `?${query}` : "";
}

/** Sends whatever can be thought of to each of these rows, in an administrator's name. */
export function itAnswersAnything(some: Row[]): void {
  let admin: Person;
  let ids: Ids;
  beforeAll(async () => {
    const tenant = await makeTenant();
    admin = await addPerson({ role: "admin" });
    ids = { projectId: tenant.projectId, jobId: await startExport(tenant) };
  });

  it.each(some.map((row) => [`${row.method} ${row.path}`, row] as const))(
    "to %s gets an answer that is not our fault",
    async (name, row) => {
      const inputs = slow.includes(name) ? inputsPerRow / 20 : inputsPerRow;
      const seen = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(fc.array(requests(row, ids), { minLength: atOnce, maxLength: atOnce }), async (batch) => {
          const replies = await Promise.all(batch.map(({ what, ...rest }) => call(what, { as: admin, ...rest })));
          for (const { status } of replies) seen.set(status, (seen.get(status) ?? 0) + 1);
          expect(replies.filter(({ status }) => status >= 500)).toEqual([]);
        }),
        { numRuns: inputs / atOnce, endOnFailure: true },
      );
      if (fitTogether.includes(name)) return;
      // The inputs are good enough to get past the first check now and then.
      expect(
        [...seen.keys()].filter((status) => status < 400 || status === 404 || status === 409 || status === 401),
        [...seen].join(" "),
      ).not.toEqual([]);
    },
  );
}
