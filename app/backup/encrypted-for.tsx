"use client";

import { useQuery } from "@tanstack/react-query";
import { shortKey } from "@/app/encryption/key-words";
import { useTRPC } from "@/app/trpc/client";

/** The keys that open a backup, by the names that they have here. */
export function EncryptedFor({ recipients }: { recipients: string[] }) {
  const trpc = useTRPC();
  const { data: keys } = useQuery(trpc.encryption.list.queryOptions());
  const nameOf = (recipient: string) => keys?.find((key) => key.recipient === recipient)?.name;
  return (
    <ul className="flex flex-col">
      {recipients.map((recipient) => (
        <li key={recipient} className="break-words">
          {nameOf(recipient)}{" "}
          <code title={recipient} className="font-mono text-muted text-xs">
            {shortKey(recipient)}
          </code>
        </li>
      ))}
    </ul>
  );
}
