import { statusLooks } from "@/app/job/job-words";
import type { JobFilter, JobStatus } from "@/app/trpc/types";

type Values = Pick<URLSearchParams, "get">;

const isStatus = (value: string | null): value is JobStatus => value !== null && Object.hasOwn(statusLooks, value);

/** The filter that an address names; what it does not know it leaves out. */
export function readActivityFilter(query: Values): JobFilter {
  const status = query.get("status");
  const projectId = query.get("project");
  return {
    ...(isStatus(status) && { status: [status] }),
    ...(projectId && /^[a-zA-Z0-9_-]{1,100}$/.test(projectId) && { projectId }),
  };
}
