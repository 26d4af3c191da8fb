import { z } from "zod";
import { AppError } from "@/db/errors";

/** How the names of fields are written in requests and answers. Procedures speak camelCase. */
export type Casing = "camel" | "snake";

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A field's name as callers write it. */
export const wireName = (name: string, casing: Casing) => (casing === "snake" ? snake(name) : name);

/** The path to a field as callers write it. Keys of records are data and stay. */
export function wirePath(schema: z.core.$ZodType | undefined, path: string[], casing: Casing): string[] {
  const [head, ...rest] = path;
  if (head === undefined) return [];
  const inner = schema && core(schema);
  if (inner instanceof z.ZodObject) {
    const name = head in inner.shape ? wireName(head, casing) : head;
    return [name, ...wirePath(inner.shape[head], rest, casing)];
  }
  const within =
    inner instanceof z.ZodArray ? inner.element : inner instanceof z.ZodRecord ? inner.valueType : undefined;
  return [head, ...wirePath(within, rest, casing)];
}

/** The schema beneath optional, nullable, default and the like. */
function core(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return core(schema.in);
  const wrapped =
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault;
  return wrapped ? core(schema.unwrap()) : schema;
}

/** The same schema with its fields named as callers write them, for the document. Keys of records are data and stay. */
export function wireSchema(schema: z.core.$ZodType, casing: Casing): z.core.$ZodType {
  if (casing === "camel") return schema;
  const known = renamed.get(schema);
  if (known) return known;
  const made = rename(schema);
  renamed.set(schema, made);
  return made;
}

// Once a schema: the document names a schema that it meets again instead of repeating it.
const renamed = new WeakMap<z.core.$ZodType, z.core.$ZodType>();

function rename(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const shape = Object.entries(schema.shape).map(
      ([name, field]) => [snake(name), wireSchema(field, "snake")] as const,
    );
    return withMeta(schema, z.strictObject(Object.fromEntries(shape)));
  }
  if (schema instanceof z.ZodArray) return withMeta(schema, z.array(wireSchema(schema.element, "snake")));
  if (schema instanceof z.ZodOptional) return withMeta(schema, z.optional(wireSchema(schema.unwrap(), "snake")));
  if (schema instanceof z.ZodNullable) return withMeta(schema, z.nullable(wireSchema(schema.unwrap(), "snake")));
  return schema;
}

const withMeta = (from: z.ZodType, to: z.ZodType) => {
  const meta = from.meta();
  return meta ? to.meta(meta) : to;
};

/** What a procedure's answer looks like to callers. */
export function toWire(schema: z.core.$ZodType, value: unknown, casing: Casing): unknown {
  const inner = core(schema);
  if (inner instanceof z.ZodObject && isRecord(value)) {
    const fields = Object.entries(inner.shape).map(([name, field]) => [
      wireName(name, casing),
      toWire(field, value[name], casing),
    ]);
    return Object.fromEntries(fields);
  }
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.map((item) => toWire(inner.element, item, casing));
  return value;
}

/**
 * What a procedure gets of what a caller sent. Only names are translated, those in objects too; values are the procedure's to check.
 * Throws VALIDATION_ERROR for fields that do not exist.
 */
export function fromWire(schema: z.ZodObject, body: Record<string, unknown>, casing: Casing): Record<string, unknown> {
  const names = new Map(Object.keys(schema.shape).map((name) => [wireName(name, casing), name]));
  const unknown = Object.keys(body).filter((name) => !names.has(name));
  if (unknown.length > 0) throw unknownFields(unknown);
  return Object.fromEntries(
    Object.entries(body).map(([wire, value]) => {
      const name = names.get(wire) ?? wire;
      const inner = schema.shape[name] && core(schema.shape[name]);
      const isObject = inner instanceof z.ZodObject && isRecord(value);
      return [name, isObject ? fromWire(inner, value, casing) : value];
    }),
  );
}

function unknownFields(names: string[]): AppError {
  const shown = names.slice(0, 10).map((name) => name.slice(0, 100));
  const fields = shown.map((field) => ({ field, error: "is not known here", code: "unrecognized_keys" }));
  return new AppError("VALIDATION_ERROR", `${shown[0]} is not known here.`, { fields });
}

/** The parameters of an address as a procedure wants them: numbers, booleans and lists out of text where its schema has them. */
export function fromQuery(schema: z.ZodObject, query: URLSearchParams, casing: Casing): Record<string, unknown> {
  const names = [...new Set(query.keys())];
  const raw = fromWire(schema, Object.fromEntries(names.map((name) => [name, query.getAll(name)])), casing);
  return Object.fromEntries(
    Object.entries(raw).map(([name, texts]) => [
      name,
      fromTexts(schema.shape[name], Array.isArray(texts) ? texts : []),
    ]),
  );
}

/** One value, or a list where the schema is one. */
export function fromTexts(schema: z.core.$ZodType | undefined, texts: string[]): unknown {
  const inner = schema && core(schema);
  if (inner instanceof z.ZodArray)
    return texts.flatMap((text) => text.split(",")).map((text) => fromText(inner.element, text));
  // Given twice it is neither the one nor the other.
  return texts.length === 1 ? fromText(inner, texts[0] ?? "") : texts;
}

function fromText(schema: z.core.$ZodType | undefined, text: string): unknown {
  if (schema instanceof z.ZodNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (schema instanceof z.ZodBoolean && (text === "true" || text === "false")) return text === "true";
  return text;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
