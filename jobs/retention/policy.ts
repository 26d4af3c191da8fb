import { z } from "zod";
import type { Policy } from "@/jobs/retention/plan";

const some = z.number().int().min(0).max(10_000).optional();

/** A policy as callers give it, and as a schedule keeps it. */
export const policyInput = z.strictObject({
  keepCount: some,
  olderThanDays: some,
  keepDaily: some,
  keepWeekly: some,
  keepMonthly: some,
  deleteUnverified: z.boolean().default(false),
  deleteFailed: z.boolean().default(false),
}) satisfies z.ZodType<Policy>;
