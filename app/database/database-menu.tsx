"use client";

import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import type { Database } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { closeWith } from "@/app/ui/close-with";
import { ConfirmDialog } from "@/app/ui/confirm-dialog";
import { Dialog } from "@/app/ui/dialog";
import { plural } from "@/app/ui/format";
import { Menu } from "@/app/ui/menu";
import { showMessage } from "@/app/ui/toaster";

const ConnectForm = dynamic(() => import("@/app/database/connect-form").then((module) => module.ConnectForm), {
  ssr: false,
});

/** What is seldom done with a database. */
export function DatabaseMenu({ database }: { database: Database }) {
  const [asks, setAsks] = useState<"change" | "remove" | null>(null);
  const close = () => setAsks(null);
  return (
    <>
      <Menu
        label={`More for ${database.name}`}
        trigger={
          <IconButton size="sm" label={`More for ${database.name}`}>
            <Ellipsis aria-hidden className="size-4" />
          </IconButton>
        }
        actions={[
          { label: "Change connection", onSelect: () => setAsks("change") },
          { label: "Remove", onSelect: () => setAsks("remove") },
        ]}
      />
      {asks === "change" && (
        <Dialog title={`Connection of ${database.name}`} onClose={close}>
          <ConnectForm
            database={database}
            onCancel={close}
            onConnected={() => {
              close();
              showMessage(`The connection of ${database.name} is changed.`);
            }}
          />
        </Dialog>
      )}
      {asks === "remove" && <RemoveDatabase database={database} onClose={close} />}
    </>
  );
}

function RemoveDatabase({ database: { id, name, projects }, onClose }: { database: Database; onClose: () => void }) {
  const trpc = useTRPC();
  const remove = useMutation(
    trpc.database.remove.mutationOptions(closeWith(onClose, () => `The database ${name} is removed.`)),
  );
  return (
    <ConfirmDialog
      title="Remove this database?"
      keep="Keep database"
      action={projects > 0 ? undefined : "Remove database"}
      change={remove}
      failed="The database could not be removed"
      onConfirm={() => remove.mutate({ databaseId: id })}
      onClose={onClose}
    >
      <p className="break-words">
        {projects > 0 ? (
          <>
            <strong className="font-medium">{name}</strong> has {plural(projects, "project")}, whose backups would
            belong to nothing. It stays as long as they do.
          </>
        ) : (
          <>
            Coffer forgets how <strong className="font-medium">{name}</strong> is reached. Nothing there is changed.
          </>
        )}
      </p>
    </ConfirmDialog>
  );
}
