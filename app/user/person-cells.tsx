"use client";

import type { ReactNode } from "react";
import { Badge } from "@/app/ui/badge";
import { Cell } from "@/app/ui/table";
import { useCurrentUser } from "@/app/user/current-user";

type Props = {
  person: { id: string; name: string; email: string };
  /** Stands beside the name. */
  mark?: ReactNode;
  /** Stands below the name where the screen is too narrow for its column. */
  below?: ReactNode;
};

/** Two cells of a list of people: name and address. */
export function PersonCells({ person: { id, name, email }, mark, below }: Props) {
  const isMe = useCurrentUser().id === id;
  return (
    <>
      <Cell className="w-1/3 max-w-0 py-1 max-md:w-full">
        <span className="flex min-w-0 items-center gap-2">
          <span title={name} className="truncate font-medium text-base">
            {name}
          </span>
          {isMe && <Badge>You</Badge>}
          {mark}
        </span>
        <span className="block truncate text-muted text-xs md:hidden">{email}</span>
        {below && <span className="block text-muted text-xs md:hidden">{below}</span>}
      </Cell>
      <Cell from="md" className="w-1/3 max-w-0">
        <span title={email} className="block truncate text-muted">
          {email}
        </span>
      </Cell>
    </>
  );
}
