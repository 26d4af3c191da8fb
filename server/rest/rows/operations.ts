import { z } from "zod";
import { auditFilters } from "@/server/audit-log";
import type { Stream } from "@/server/rest/row";

const tag = "Operations";
const check = z.strictObject({ ok: z.boolean(), message: z.string().optional() });

export const health = z
  .strictObject({
    status: z.enum(["ok", "unavailable"]),
    checks: z.strictObject({ database: check, migrations: check, worker: check, disk: check }),
  })
  .meta({ id: "Health" });
export type Health = z.infer<typeof health>;

export const operationStreams: Stream[] = [
  {
    id: "live",
    tag,
    method: "GET",
    path: "/api/health/live",
    summary: "Whether this process answers",
    status: 200,
    open: true,
    parameters: {},
    content: { "application/json": z.strictObject({ status: z.literal("ok") }) },
  },
  {
    id: "ready",
    tag,
    method: "GET",
    path: "/api/health/ready",
    summary: "Whether exports can be made: database, migrations, a live worker, disk",
    status: 200,
    open: true,
    parameters: {},
    content: { "application/json": health },
    otherwise: [{ status: 503, description: "Something is missing: the checks say what." }],
  },
  {
    id: "metrics",
    tag,
    method: "GET",
    path: "/api/metrics",
    summary: "Figures for Prometheus",
    description: "Needs `METRICS_TOKEN` as a bearer token when it is set.",
    status: 200,
    open: true,
    errors: ["UNAUTHENTICATED"],
    parameters: {},
    content: { "text/plain": z.string() },
  },
  {
    id: "exportAudit",
    tag,
    method: "GET",
    path: "/api/v1/audit.csv",
    summary: "Who did what to which thing, when, from where; for administrators",
    status: 200,
    errors: ["VALIDATION_ERROR", "PERMISSION_DENIED"],
    parameters: {
      query: auditFilters,
    },
    content: { "text/csv": z.string() },
  },
];
