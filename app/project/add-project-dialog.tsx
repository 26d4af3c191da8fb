"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ConnectForm } from "@/app/database/connect-form";
import { SchemaPicker } from "@/app/project/schema-picker";
import { useTRPC } from "@/app/trpc/client";
import { Button } from "@/app/ui/button";
import { Dialog, DialogBody } from "@/app/ui/dialog";
import { ErrorState } from "@/app/ui/error-state";
import { SelectField } from "@/app/ui/field";
import { SkeletonRows } from "@/app/ui/skeleton";

type Props = { databaseId?: string; onClose: () => void };

/** Pick a database, then tick the schemas that are tenants. */
export function AddProjectDialog({ databaseId, onClose }: Props) {
  const trpc = useTRPC();
  const { data: databases, error, refetch, isFetching } = useQuery(trpc.database.list.queryOptions());
  const [picked, setPicked] = useState(databaseId);
  const [connects, setConnects] = useState(false);
  const current = databases?.find((database) => database.id === picked) ?? databases?.[0];

  if (connects || databases?.length === 0) {
    return (
      <Dialog title="Connect a database" width="lg" onClose={onClose}>
        <ConnectForm
          onCancel={databases?.length ? () => setConnects(false) : onClose}
          onConnected={(id) => {
            setPicked(id);
            setConnects(false);
          }}
        />
      </Dialog>
    );
  }
  return (
    <Dialog title="Add projects" width="lg" onClose={onClose}>
      {!databases && (
        <DialogBody>
          {error ? (
            <ErrorState title="The databases could not be read" error={error} onRetry={refetch} retrying={isFetching} />
          ) : (
            <SkeletonRows label="Loading databases" />
          )}
        </DialogBody>
      )}
      {databases && current && (
        <SchemaPicker key={current.id} databaseId={current.id} onClose={onClose}>
          <div className="flex flex-wrap items-end gap-3">
            <div className="min-w-52 flex-1">
              <SelectField
                label="Database"
                value={current.id}
                onChange={(event) => setPicked(event.target.value)}
                data-autofocus
              >
                {databases.map((database) => (
                  <option key={database.id} value={database.id}>
                    {database.name} ({database.connection.database} on {database.connection.host})
                  </option>
                ))}
              </SelectField>
            </div>
            <Button onClick={() => setConnects(true)}>Connect a database</Button>
          </div>
        </SchemaPicker>
      )}
    </Dialog>
  );
}
