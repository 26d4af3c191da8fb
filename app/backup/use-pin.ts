"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import { showMessage } from "@/app/ui/toaster";

/** Pins a backup, or takes the pin away. */
export function usePin() {
  const trpc = useTRPC();
  const { mutate, isPending } = useMutation(
    trpc.backup.change.mutationOptions({
      onSuccess: (...[, { pinned }]) =>
        showMessage(
          pinned ? "Pinned. No cleanup removes this backup." : "Not pinned any more. A cleanup may remove it.",
        ),
    }),
  );
  return {
    isPending,
    setPinned: (backupId: string, pinned: boolean) => {
      if (!isPending) mutate({ backupId, pinned });
    },
  };
}
