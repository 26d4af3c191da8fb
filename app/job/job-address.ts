"use client";

import { useSearchParams } from "next/navigation";
import { uuidIn } from "@/app/ui/uuid";

/** The job whose dialog is open, kept in the address so that it survives a reload. */
export function useOpenJobId(): string | null {
  return uuidIn(useSearchParams(), "job");
}

/** The address of this page with the dialog of a job. */
export function useJobHref(): (jobId: string) => string {
  const current = useSearchParams();
  return (jobId) => {
    const query = new URLSearchParams(current);
    query.set("job", jobId);
    return `?${query}`;
  };
}

// Next follows these calls, and asks the server for nothing.
function changeAddress(change: (query: URLSearchParams) => void, how: "pushState" | "replaceState") {
  const url = new URL(window.location.href);
  change(url.searchParams);
  window.history[how](null, "", url);
}

export const openJob = (jobId: string): void => changeAddress((query) => query.set("job", jobId), "pushState");

export const closeJob = (): void => changeAddress((query) => query.delete("job"), "replaceState");
