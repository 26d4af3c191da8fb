"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { type FormEvent, useEffect, useRef } from "react";
import { readPermissions, ticksFor } from "@/app/member/permission-words";
import { useTRPC } from "@/app/trpc/client";
import type { Candidate, Permission } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { SelectField } from "@/app/ui/field";
import { FormActions } from "@/app/ui/form-actions";
import { SkeletonRows } from "@/app/ui/skeleton";
import { TickList } from "@/app/ui/tick-list";
import { showMessage } from "@/app/ui/toaster";
import { useCurrentUser } from "@/app/user/current-user";

type Props = { slug: string; mine: Permission[]; onClose: () => void };

export function AddMemberDialog(props: Props) {
  const trpc = useTRPC();
  const isAdmin = useCurrentUser().role === "admin";
  const { slug, onClose } = props;
  // Somebody may have been invited a moment ago.
  const query = trpc.member.candidates.queryOptions({ projectId: slug }, { staleTime: 0 });
  const { data: candidates, error, refetch, isFetching } = useQuery(query);
  return (
    <Dialog title="Add a member" onClose={onClose}>
      {candidates && candidates.length > 0 && <AddMemberForm {...props} candidates={candidates} />}
      {!candidates?.length && (
        <DialogBody>
          {error && !candidates && (
            <ErrorState title="The people could not be read" error={error} onRetry={refetch} retrying={isFetching} />
          )}
          {!error && !candidates && <SkeletonRows rows={4} label="Loading people" />}
          {candidates && (
            <EmptyState
              action={
                isAdmin && (
                  <Link href="/users" className={buttonClass()}>
                    Go to users
                  </Link>
                )
              }
            >
              Everybody who has an account is a member already.
              {isAdmin ? " Invite somebody first." : " Ask an administrator to invite somebody."}
            </EmptyState>
          )}
        </DialogBody>
      )}
    </Dialog>
  );
}

function AddMemberForm({ slug, mine, onClose, candidates }: Props & { candidates: Candidate[] }) {
  const trpc = useTRPC();
  const first = useRef<HTMLSelectElement>(null);
  // It came after the dialog, which has the focus until then.
  useEffect(() => first.current?.focus(), []);
  const add = useMutation(
    trpc.member.set.mutationOptions({
      meta: { showsError: true },
      onSuccess: (_, { userId }) => {
        onClose();
        const name = candidates.find((person) => person.id === userId)?.name ?? "The person";
        void showMessage(`${name} is a member of the project now.`);
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const userId = String(data.get("person"));
    if (!add.isPending) add.mutate({ projectId: slug, userId, permissions: readPermissions(data) });
  }

  return (
    <form onSubmit={submit} className="contents">
      <DialogBody>
        {add.error && <ErrorState title="The person could not be added" error={add.error} />}
        <SelectField label="Person" name="person" required defaultValue="" ref={first}>
          <option value="" disabled>
            Choose a person
          </option>
          {candidates.map((person) => (
            <option key={person.id} value={person.id}>
              {person.name} ({person.email})
            </option>
          ))}
        </SelectField>
        <TickList
          name="permissions"
          label="May do in this project"
          ticks={ticksFor(mine, [])}
          ticked={mine.includes("export") ? ["export"] : []}
          hint="With nothing ticked they see the project and download its backups."
        />
      </DialogBody>
      <FormActions submit="Add member" pending={add.isPending} onCancel={onClose} />
    </form>
  );
}
