"use client";

import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { wishOfJob } from "@/app/data-import/wish-of-job";
import { useTRPC } from "@/app/trpc/client";
import type { RowImport } from "@/app/trpc/types";
import { randomKey } from "@/app/ui/random-key";

/** Makes a dry run again of what was checked or imported, as the project's rows are now. */
export function useRecheck(slug: string, onStarted: (checkId: string) => void) {
  const trpc = useTRPC();
  const key = useRef(randomKey());
  const start = useMutation(
    trpc.dataImport.check.mutationOptions({
      meta: { showsError: true },
      onSuccess: ({ jobId }) => onStarted(jobId),
    }),
  );
  return {
    recheck: (options: RowImport["options"]) =>
      start.mutate({ projectId: slug, ...wishOfJob(options), purpose: "dry_run", idempotencyKey: key.current }),
    error: start.error,
    isPending: start.isPending || start.isSuccess,
  };
}
