"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { MemberTable } from "@/app/member/member-table";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { SkeletonRows } from "@/app/ui/skeleton";

const AddMemberDialog = dynamic(
  () => import("@/app/member/add-member-dialog").then((module) => module.AddMemberDialog),
  { ssr: false },
);

/** Who may do what in a project. Those who may not manage it read only. */
export function MemberList({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const { data: project } = useQuery(trpc.project.get.queryOptions({ projectId: slug }));
  const { data: members, error, refetch, isFetching } = useQuery(trpc.member.list.queryOptions({ projectId: slug }));
  const [adds, setAdds] = useState(false);
  const mine = project?.permissions ?? [];
  const canManage = mine.includes("manage");
  const button = canManage && (
    <Button aria-haspopup="dialog" icon={<Plus aria-hidden className="size-4" />} onClick={() => setAdds(true)}>
      Add member
    </Button>
  );
  return (
    <section aria-label="Members" className="flex flex-col gap-3">
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-muted max-md:w-full">
          Every member sees the project and downloads its backups. Administrators may do everything, listed here or not.
        </p>
        {members && members.length > 0 && button}
      </div>
      {error && !members && (
        <ErrorState title="The members could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !members && <SkeletonRows rows={4} label="Loading members" />}
      {members?.length === 0 && (
        <EmptyState action={button}>Nobody is a member of this project: only administrators see it.</EmptyState>
      )}
      {members && members.length > 0 && <MemberTable slug={slug} members={members} mine={mine} canManage={canManage} />}
      {adds && <AddMemberDialog slug={slug} mine={mine} onClose={() => setAdds(false)} />}
    </section>
  );
}
