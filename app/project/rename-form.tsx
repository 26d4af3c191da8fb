"use client";

import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import type { FormEvent } from "react";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { ProjectDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { TextField } from "@/app/ui/field";
import { showMessage } from "@/app/ui/toaster";

export function RenameForm({ project }: { project: ProjectDetails }) {
  const trpc = useTRPC();
  const router = useRouter();
  const rename = useMutation(
    trpc.project.rename.mutationOptions({
      meta: { showsError: true },
      onSuccess: ({ name }) => {
        showMessage(`The project is called ${name} now.`);
        // The title of the page comes from the server.
        router.refresh();
      },
    }),
  );

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    if (!rename.isPending && name !== project.name) rename.mutate({ projectId: project.id, name });
  }

  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-2">
      <div className="w-80 max-w-full">
        <TextField
          label="What people call it"
          name="name"
          required
          maxLength={100}
          defaultValue={project.name}
          error={rename.error ? describeError(rename.error).message : null}
        />
      </div>
      <Button type="submit" pending={rename.isPending}>
        Rename project
      </Button>
    </form>
  );
}
