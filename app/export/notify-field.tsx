"use client";

import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "@/app/trpc/client";
import { TextField } from "@/app/ui/field";

/** Where mails can be sent at all. */
export function NotifyField({ value, error }: { value?: string; error: string | null }) {
  const trpc = useTRPC();
  const { data: setup } = useQuery(trpc.notification.setup.queryOptions());
  if (!setup?.isMailConfigured) return null;
  return (
    <TextField
      label="Notify by email"
      name="notifyEmail"
      type="email"
      maxLength={254}
      placeholder="ada@example.org"
      autoComplete="off"
      defaultValue={value}
      error={error}
      hint="Gets a link to download the backup, or the reason why there is none. Whoever has the link can download it."
    />
  );
}
