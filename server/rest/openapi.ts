import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import type { ErrorCode } from "@/db/errors";
import { partsOf } from "@/server/rest/input";
import { bodyOf, content, schemaOf } from "@/server/rest/openapi-body";
import { headerObjects, problems } from "@/server/rest/openapi-errors";
import { binary } from "@/server/rest/present/file";
import { limitOf, type Row, type Stream } from "@/server/rest/row";
import { longestWait } from "@/server/rest/serve";
import { rows, streams } from "@/server/rest/table";
import { wireName } from "@/server/rest/wire";

/** The OpenAPI 3.1 document of the API, made from the rows that serve it. */
export function openApiDocument(publicUrl: string) {
  const paths: ZodOpenApiPathsObject = {};
  for (const row of rows) add(paths, row, operationOf(row));
  for (const stream of streams) add(paths, stream, streamOperation(stream));
  return createDocument({
    openapi: "3.1.1",
    info: {
      title: "Coffer",
      version: "1",
      description:
        "Exports, backups and their downloads over HTTP. Sign in for a token, or make an API token in the dashboard, and send it as `Authorization: Bearer …`. Fields that are not documented are refused.",
    },
    servers: [{ url: publicUrl }],
    security: [{ bearer: [] }],
    components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
    paths,
  });
}

function add(paths: ZodOpenApiPathsObject, { path, method }: Row | Stream, operation: ZodOpenApiOperationObject) {
  paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
}

function operationOf(row: Row): ZodOpenApiOperationObject {
  const { params, rest } = partsOf(row);
  const fields = withDefaults(row, rest);
  const hasFields = Object.keys(fields.shape).length > 0;
  const body = row.method === "POST" && hasFields;
  return {
    ...described(row),
    ...(row.open ? { security: [] } : {}),
    requestParams: {
      path: z.object(Object.fromEntries(params.map(({ wire, name }) => [wire, paramSchema(row, wire, name)]))),
      query: row.method === "POST" ? z.object({}) : queryOf(row, fields),
      header: z.object(headersOf(row)),
    },
    ...(body ? { requestBody: bodyOf(row, fields) } : {}),
    responses: {
      [row.status]: answerOf(row),
      ...Object.fromEntries(
        (row.otherwise ?? []).map(({ status, description, output }) => [
          status,
          { description, content: content(schemaOf(output, row)) },
        ]),
      ),
      ...problems(errorsOf(row, { body, hasInput: hasFields || params.length > 0 })),
    },
  };
}

const described = ({ id, tag, summary, description }: Row | Stream) => ({
  operationId: id,
  tags: [tag],
  summary,
  ...(description ? { description } : {}),
});

function paramSchema(row: Row, wire: string, name: string): z.ZodType {
  const isUuid = row.uuids?.includes(wire) || name.endsWith("Id");
  return (isUuid ? z.uuid() : z.string()).meta({
    param: { description: name === "projectId" ? "The project's id." : undefined },
  });
}

/** The procedure's own fields, with the defaults of this row. */
function withDefaults(row: Row, rest: z.ZodObject): z.ZodObject {
  const shape = Object.entries(rest.shape).map(([name, field]) => {
    const given = row.defaults?.[name];
    const inner = field instanceof z.ZodDefault ? field.unwrap() : field;
    return [name, given === undefined ? field : z._default(inner, given)] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

function queryOf(row: Row, fields: z.ZodObject): z.ZodObject {
  const shape = Object.entries(fields.shape).map(
    ([name, field]) => [wireName(name, row.casing), plain(field)] as const,
  );
  return z.object(Object.fromEntries(shape));
}

/** In an address there is no null: a field that may be null may be left out. */
function plain(field: z.core.$ZodType): z.core.$ZodType {
  if (field instanceof z.ZodOptional) return z.optional(plain(field.unwrap()));
  if (field instanceof z.ZodNullable) return z.optional(plain(field.unwrap()));
  return field;
}

function headersOf(row: Row): Record<string, z.ZodType> {
  return {
    ...(row.idempotent
      ? {
          "Idempotency-Key": z
            .string()
            .max(200)
            .optional()
            .meta({ description: "The same key gives the same job again." }),
        }
      : {}),
    ...(row.waits
      ? {
          Prefer: z
            .string()
            .optional()
            .meta({ description: `wait=N, at most ${longestWait} seconds (RFC 7240).`, example: "wait=30" }),
        }
      : {}),
  };
}

function answerOf(row: Row) {
  const headers = { ...row.headers, ...(limitOf(row.procedure) ? allowanceHeaders : {}) };
  return {
    description: row.status === 204 ? "Done." : "All went well.",
    headers: headerObjects(headers),
    ...(row.status === 204 ? {} : { content: content(schemaOf(row.output, row)) }),
  };
}

const allowanceHeaders = {
  "RateLimit-Limit": "Calls in a window.",
  "RateLimit-Remaining": "Calls left in this window.",
  "RateLimit-Reset": "Seconds until the window ends.",
};

/** What can go wrong everywhere, and what can go wrong here. */
function errorsOf(row: Row, { body, hasInput }: { body: boolean; hasInput: boolean }): ErrorCode[] {
  return [
    ...(hasInput ? (["VALIDATION_ERROR"] as const) : []),
    ...(row.open ? [] : (["UNAUTHENTICATED", "TOKEN_EXPIRED", "PERMISSION_DENIED"] as const)),
    ...(row.errors ?? []),
    ...(body ? (["PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"] as const) : []),
    ...(limitOf(row.procedure) ? (["RATE_LIMIT_EXCEEDED"] as const) : []),
    "INTERNAL_ERROR",
    "UNAVAILABLE",
  ];
}

function streamOperation(stream: Stream): ZodOpenApiOperationObject {
  const { path, query, header } = stream.parameters;
  const file = stream.requestBody;
  const auth: ErrorCode[] = stream.open ? [] : ["UNAUTHENTICATED", "TOKEN_EXPIRED"];
  return {
    ...described(stream),
    ...(stream.open ? { security: [] } : {}),
    requestParams: { path: path ?? z.object({}), query: query ?? z.object({}), header: header ?? z.object({}) },
    ...(stream.body ? { requestBody: { required: false, content: content(stream.body) } } : {}),
    ...(file ? { requestBody: { required: true, content: { [file]: { schema: binary } } } } : {}),
    responses: {
      [stream.status]: {
        description: "All went well.",
        headers: headerObjects(stream.headers ?? {}),
        content: Object.fromEntries(Object.entries(stream.content).map(([type, schema]) => [type, { schema }])),
      },
      ...Object.fromEntries((stream.otherwise ?? []).map(({ status, description }) => [status, { description }])),
      ...problems([
        ...(path ? (["VALIDATION_ERROR"] as const) : []),
        ...auth,
        ...(stream.errors ?? []),
        "INTERNAL_ERROR",
      ]),
    },
  };
}
