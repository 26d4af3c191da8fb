import { z } from "zod";
import type { ZodOpenApiResponsesObject } from "zod-openapi";
import { type ErrorCode, errorStatus } from "@/db/errors";
import { problemName } from "@/server/problem";

const problem = z
  .strictObject({
    status: z.literal("error"),
    error: z.string(),
    code: z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    details: z
      .array(z.strictObject({ field: z.string(), error: z.string(), code: z.string() }))
      .optional()
      .meta({ description: "Which fields are wrong, and why." }),
    timestamp: z.iso.datetime(),
    requestId: z.string(),
    retryAfter: z.number().int().optional().meta({ description: "Seconds after which to try again." }),
  })
  .meta({ id: "Error" });

/** Headers of an answer for the document. */
export const headerObjects = (headers: Record<string, string>) => ({
  "X-Request-Id": { description: "Names this request in the log.", schema: { type: "string" as const } },
  ...Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" as const } }]),
  ),
});

/** The answers that errors with these codes give, by status. */
export function problems(codes: ErrorCode[]): ZodOpenApiResponsesObject {
  const byStatus = Map.groupBy(new Set(codes), (code) => errorStatus[code]);
  const entries = [...byStatus].map(([status, names]) => [
    status,
    {
      description: names.map((name) => `\`${name}\``).join(", "),
      headers: headerObjects(status === 429 || status === 503 ? { "Retry-After": "Seconds." } : {}),
      content: { "application/json": { schema: problem, examples: Object.fromEntries(names.map(exampleOf)) } },
    },
  ]);
  return Object.fromEntries(entries);
}

const waits = new Set<ErrorCode>(["RATE_LIMIT_EXCEEDED", "UNAVAILABLE"]);

function exampleOf(code: ErrorCode) {
  const value = {
    status: "error",
    error: problemName(code),
    code,
    message: "A sentence that says what to do.",
    timestamp: "2026-01-29T15:30:00.000Z",
    requestId: "0b9d7a7e-8c5e-4d3e-9f0e-2f8a1c1d5b1a",
    ...(waits.has(code) ? { retryAfter: 1 } : {}),
  };
  return [code, { value }] as const;
}
