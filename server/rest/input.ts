import { z } from "zod";
import { AppError } from "@/db/errors";
import { inCallersWords } from "@/server/problem";
import { inputOf, type Row } from "@/server/rest/row";
import { fromQuery, fromWire, wireName, wirePath } from "@/server/rest/wire";

export type Parts = {
  /** In braces in the path: the caller's name and the procedure's. */
  params: { wire: string; name: string }[];
  /** What is left for the query of a GET or DELETE, or the body of a POST. */
  rest: z.ZodObject;
};

const known = new Map<Row, Parts>();

/** Where the fields of a row's procedure come from. */
export function partsOf(row: Row): Parts {
  const parts = known.get(row) ?? makeParts(row);
  known.set(row, parts);
  return parts;
}

function makeParts(row: Row): Parts {
  const input = inputOf(row.procedure);
  const names = [...row.path.matchAll(/\{(\w+)\}/g)].map(([, wire = ""]) => wire);
  const params = names.map((wire) => ({ wire, name: nameOf(row, wire, input) }));
  const taken = [
    ...params.map(({ name }) => name),
    ...Object.keys(row.fixed ?? {}),
    ...(row.idempotent ? ["idempotencyKey"] : []),
  ];
  const rest = Object.entries(input.shape).filter(([name]) => !taken.includes(name));
  return { params, rest: z.strictObject(Object.fromEntries(rest)) };
}

function nameOf(row: Row, wire: string, input: z.ZodObject): string {
  const name = row.rename?.[wire] ?? Object.keys(input.shape).find((field) => wireName(field, row.casing) === wire);
  if (name && name in input.shape) return name;
  throw new Error(`${row.path}: the procedure ${row.procedure} has no field for ${wire}`);
}

export type Sent = {
  params: Record<string, string>;
  query: URLSearchParams;
  body: Record<string, unknown> | undefined;
  headers: Headers;
};

/** What the procedure gets. Nothing is checked here but names: the procedure's own input does that. */
export function inputFrom(row: Row, { params, query, body, headers }: Sent): Record<string, unknown> {
  const parts = partsOf(row);
  const none = z.strictObject({});
  const reads = row.method !== "POST";
  const inQuery = z.strictObject(Object.fromEntries(fieldsInQuery(row, parts.rest)));
  const fromAddress = fromQuery(reads ? parts.rest : inQuery, query, row.casing);
  if (!reads && body === undefined && !row.optionalBody)
    throw new AppError("VALIDATION_ERROR", "Send a JSON object as the body.");
  const fromBody = fromWire(reads ? none : parts.rest, withoutAliases(row, body ?? {}), row.casing);
  const twice = Object.keys(fromAddress).find((name) => name in fromBody);
  if (twice) throw notOnce(wireName(twice, row.casing));
  return {
    ...row.defaults,
    ...fromAddress,
    ...fromBody,
    ...Object.fromEntries(Object.entries(row.fixed ?? {}).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(parts.params.map(({ wire, name }) => [name, paramOf(row, wire, params[wire] ?? "")])),
    ...(row.idempotent && headers.has("idempotency-key") ? { idempotencyKey: headers.get("idempotency-key") } : {}),
  };
}

const fieldsInQuery = ({ alsoInQuery = [] }: Row, rest: z.ZodObject) =>
  Object.entries(rest.shape).filter(([name]) => alsoInQuery.includes(name));

/** The body with the names that the row has for its fields. */
function withoutAliases(row: Row, body: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.entries(body).map(([name, value]) => [row.alias?.(name) ?? name, value] as const);
  const names = fields.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw notOnce(twice);
  return Object.fromEntries(fields);
}

const notOnce = (field: string) =>
  new AppError("VALIDATION_ERROR", `${field} is given twice.`, {
    fields: [{ field, error: "is given twice", code: "invalid_value" }],
  });

function paramOf(row: Row, wire: string, text: string): string {
  if (!row.uuids?.includes(wire) || z.uuid().safeParse(text).success) return text;
  throw new AppError("VALIDATION_ERROR", `${wire} must be a uuid.`, {
    fields: [{ field: wire, error: "must be a uuid", code: "invalid_format" }],
  });
}

/** The caller's names in place of the procedure's in what an error says about fields. */
export function inCallersNames(row: Row, error: AppError): AppError {
  const code = row.codes?.[error.code] ?? error.code;
  const { params } = partsOf(row);
  const named = inCallersWords(error, ([head = "", ...tail]) => {
    const [, ...within] = wirePath(inputOf(row.procedure), [head, ...tail], row.casing);
    return [callersName(row, params, head), ...within];
  });
  return new AppError(code, named.message, named.details);
}

function callersName(row: Row, params: Parts["params"], head: string): string {
  if (row.idempotent && head === "idempotencyKey") return "Idempotency-Key";
  return params.find(({ name }) => name === head)?.wire ?? wireName(head, row.casing);
}
