"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { type Draft, SchemaTable } from "@/app/project/schema-table";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { FoundSchema } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { DialogActions, DialogBody } from "@/app/ui/dialog";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { plural } from "@/app/ui/format";
import { Loaded } from "@/app/ui/loaded";
import { showMessage } from "@/app/ui/toaster";
import { proposeAll } from "@/server/propose";

type Props = { databaseId: string; onClose: () => void; children: ReactNode };

export function SchemaPicker({ databaseId, onClose, children }: Props) {
  const trpc = useTRPC();
  const found = useQuery(trpc.project.discover.queryOptions({ databaseId }, { trpc: alone, retry: false }));
  const projects = useQuery(trpc.project.list.queryOptions());
  const [drafts, setDrafts] = useState<Draft[]>([]);
  const add = useMutation(
    trpc.project.add.mutationOptions({
      meta: { showsError: true },
      onSuccess: (made) => {
        showMessage(`Added ${plural(made.length, "project")}.`);
        onClose();
      },
    }),
  );
  const taken = new Set(projects.data?.map((project) => project.slug));
  const tick = (schemas: FoundSchema[], isTicked: boolean) => {
    const names = schemas.map((schema) => schema.name);
    const others = drafts.filter((draft) => !names.includes(draft.schemaName));
    const slugs = new Set([...taken, ...others.map((draft) => draft.slug)]);
    setDrafts(isTicked ? [...others, ...proposeAll(names, slugs)] : others);
  };
  const submit = () => {
    if (!add.isPending && drafts.length > 0) add.mutate({ databaseId, projects: drafts });
  };
  const word = drafts.length === 1 ? "project" : "projects";
  return (
    <form
      className="contents"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <DialogBody>
        {children}
        {add.error && <ErrorState title="The projects could not be added" error={add.error} />}
        <Loaded query={found} rows={6} loading="Looking for schemas" failed="The schemas could not be read">
          {(schemas) =>
            schemas.length === 0 ? (
              <EmptyState>This database has no schemas of its own.</EmptyState>
            ) : (
              <SchemaTable
                schemas={schemas}
                drafts={drafts}
                onTick={tick}
                onEdit={(edited) =>
                  setDrafts(drafts.map((draft) => (draft.schemaName === edited.schemaName ? edited : draft)))
                }
              />
            )
          }
        </Loaded>
      </DialogBody>
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" variant="primary" disabled={drafts.length === 0} pending={add.isPending}>
          {drafts.length === 0 ? "Add projects" : `Add ${drafts.length} ${word}`}
        </Button>
      </DialogActions>
    </form>
  );
}
