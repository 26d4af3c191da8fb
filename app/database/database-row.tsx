"use client";

import { useMutation } from "@tanstack/react-query";
import { DatabaseMenu } from "@/app/database/database-menu";
import { SettingsButton } from "@/app/database/settings-button";
import { AddProjectButton } from "@/app/project/add-project-button";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { Database } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { formatCount, formatServerVersion } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";
import { showMessage } from "@/app/ui/toaster";

export function DatabaseRow({ database }: { database: Database }) {
  const trpc = useTRPC();
  const check = useMutation(
    trpc.database.check.mutationOptions({
      trpc: alone,
      onSuccess: ({ problem }) => showMessage(`${database.name} ${problem === null ? "answers" : "does not answer"}.`),
    }),
  );
  const { host, port, database: dbname, user } = database.connection;
  const address = `${user}@${host}:${port}/${dbname}`;
  return (
    <>
      <Row>
        <Cell className="max-md:max-w-0 max-md:w-full">
          <span className="font-medium text-base">{database.name}</span>
          <span className="block truncate font-mono text-muted text-xs md:hidden">{address}</span>
          <span className="block text-xs md:hidden">
            <Health database={database} />
          </span>
        </Cell>
        <Cell from="md" className="max-w-0 w-2/5">
          <span title={address} className="block truncate font-mono text-xs">
            {address}
          </span>
        </Cell>
        <Cell from="lg">{database.serverVersion ? formatServerVersion(database.serverVersion) : "–"}</Cell>
        <Cell from="md">
          <Health database={database} />
        </Cell>
        <Cell numeric>{formatCount(database.projects)}</Cell>
        <Cell numeric>
          <span className="inline-flex gap-2 py-1 max-md:flex-col">
            <Button size="sm" pending={check.isPending} onClick={() => check.mutate({ databaseId: database.id })}>
              Check now<span className="sr-only">: {database.name}</span>
            </Button>
            <SettingsButton database={database} />
            <AddProjectButton databaseId={database.id} size="sm" />
            <span className="max-md:self-end">
              <DatabaseMenu database={database} />
            </span>
          </span>
        </Cell>
      </Row>
      {database.problem && (
        <Row>
          <Cell colSpan={6} className="py-1 text-bad">
            {database.problem}
          </Cell>
        </Row>
      )}
    </>
  );
}

function Health({ database: { checkedAt, unhealthySince } }: { database: Database }) {
  if (unhealthySince)
    return (
      <StatusMark tone="bad">
        Does not answer
        <span className="max-md:hidden">
          {" "}
          since <RelativeTime time={unhealthySince} />
        </span>
      </StatusMark>
    );
  if (!checkedAt) return <StatusMark tone="idle">Not checked yet</StatusMark>;
  return (
    <StatusMark tone="good">
      Answered <RelativeTime time={checkedAt} />
    </StatusMark>
  );
}
