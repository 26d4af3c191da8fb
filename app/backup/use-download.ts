"use client";

import { useMutation } from "@tanstack/react-query";
import { useTRPCClient } from "@/app/trpc/client";
import { refusal } from "@/app/trpc/error";

/** Gets a link in the user's name and lets the browser download it. `showsError` when the component shows `error` itself. */
export function useDownload({ showsError = false } = {}) {
  const client = useTRPCClient();
  const { mutate, error, isPending } = useMutation({
    mutationFn: async (backupId: string) => {
      const { path } = await client.backup.createLink.mutate({ backupId });
      await mustBeThere(path);
      window.location.assign(path);
    },
    meta: { changesNothing: true, showsError },
  });
  return { download: mutate, error, isPending };
}

/** Going to a link that refuses would leave the page for a few lines of JSON, so it is asked first. */
export async function mustBeThere(path: string): Promise<void> {
  if ((await fetch(path, { method: "HEAD" })).ok) return;
  const answer: unknown = await (await fetch(path)).json();
  throw refusal({ message: textOf(answer, "message"), requestId: textOf(answer, "requestId") || null });
}

const textOf = (answer: unknown, key: string): string => {
  const value = answer && typeof answer === "object" ? Reflect.get(answer, key) : undefined;
  return typeof value === "string" ? value : "";
};
