"use client";

import { RotateCw } from "lucide-react";
import { describeError } from "@/app/trpc/error";
import { Button } from "@/app/ui/button";
import { Notice } from "@/app/ui/notice";
import { RequestId } from "@/app/ui/request-id";

type Props = { title: string; error: unknown; onRetry?: () => void; retrying?: boolean };

/** What could not be done, why, and the way on. */
export function ErrorState({ title, error, onRetry, retrying }: Props) {
  const { message, requestId, isFinal } = describeError(error);
  const canRetry = onRetry && !isFinal;
  return (
    <Notice tone="bad" title={title} role="alert">
      <p>{message}</p>
      {(canRetry || requestId) && (
        <div className="mt-2 flex flex-wrap items-center gap-3">
          {canRetry && (
            <Button size="sm" onClick={onRetry} pending={retrying} icon={<RotateCw aria-hidden className="size-3.5" />}>
              Try again
            </Button>
          )}
          {requestId && <RequestId id={requestId} />}
        </div>
      )}
    </Notice>
  );
}
