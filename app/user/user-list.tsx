"use client";

import { useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import dynamic from "next/dynamic";
import { useCallback, useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { PageHeader } from "@/app/ui/page-header";
import { useQueryState } from "@/app/ui/query-state";
import { SearchField } from "@/app/ui/search-field";
import { SkeletonRows } from "@/app/ui/skeleton";
import { UserTable } from "@/app/user/user-table";
import { matchesUser } from "@/app/user/user-words";

const InviteDialog = dynamic(() => import("@/app/user/invite-dialog").then((module) => module.InviteDialog), {
  ssr: false,
});

export function UserList() {
  const trpc = useTRPC();
  const { data: users, error, refetch, isFetching } = useQuery(trpc.user.list.queryOptions());
  const [invites, setInvites] = useState(false);
  const [query, setQuery] = useQueryState();
  const search = query.get("q") ?? "";
  const onSearch = useCallback((text: string) => setQuery({ q: text }), [setQuery]);
  const found = users?.filter((user) => matchesUser(user, search));
  return (
    <>
      <PageHeader
        title="Users"
        actions={
          <Button
            variant="primary"
            aria-haspopup="dialog"
            icon={<UserPlus aria-hidden className="size-4" />}
            onClick={() => setInvites(true)}
          >
            Invite user
          </Button>
        }
      >
        <p className="text-muted">Everybody who has an account. Nobody gets one without an invitation.</p>
      </PageHeader>
      <div className="flex flex-col gap-3">
        <div className="flex items-center justify-between gap-4">
          <SearchField label="Search users" value={search} onChange={onSearch} className="w-72 max-md:w-full" />
          {found && <p className="text-muted text-sm tabular-nums max-md:hidden">{plural(found.length, "user")}</p>}
        </div>
        {error && !users && (
          <ErrorState title="The users could not be read" error={error} onRetry={refetch} retrying={isFetching} />
        )}
        {!error && !users && <SkeletonRows rows={5} label="Loading users" />}
        {found?.length === 0 && (
          <EmptyState action={<Button onClick={() => setQuery({ q: "" })}>Clear filters</Button>}>
            Nobody has “{search}” in their name or email.
          </EmptyState>
        )}
        {found && found.length > 0 && <UserTable users={found} />}
      </div>
      {invites && <InviteDialog onClose={() => setInvites(false)} />}
    </>
  );
}
