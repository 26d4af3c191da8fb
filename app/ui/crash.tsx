"use client";

import { Button } from "@/app/ui/button";
import { PageMessage } from "@/app/ui/page-message";

type Props = { error: unknown; retry: () => void };

/** For what nobody foresaw. The digest finds it in the log. */
export function Crash({ error, retry }: Props) {
  const digest = error instanceof Error && "digest" in error ? String(error.digest) : null;
  return (
    <PageMessage
      title="This page could not be shown"
      action={
        <Button variant="primary" onClick={retry}>
          Try again
        </Button>
      }
    >
      <p>Coffer could not get what the page needs. If it goes on, look into the log of the web process.</p>
      {digest && (
        <p className="mt-2 text-xs">
          Digest <code className="font-mono">{digest}</code>
        </p>
      )}
    </PageMessage>
  );
}
