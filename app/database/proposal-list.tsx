"use client";

import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { Proposals } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { formatBytes, plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";
import { showMessage } from "@/app/ui/toaster";

/** New schemas that nobody has made a project of; nothing where there are none. */
export function ProposalList() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.discovery.proposals.queryOptions(undefined, { trpc: alone }));
  const found = data?.filter(({ schemas, error }) => schemas.length > 0 || error) ?? [];
  if (found.length === 0) return null;
  return (
    <Section title="New schemas">
      <div className="flex flex-col gap-4">
        {found.map((proposals) => (
          <DatabaseProposals key={proposals.databaseId} proposals={proposals} />
        ))}
      </div>
    </Section>
  );
}

/** So many the server takes in one call. */
const mostAtOnce = 500;

function DatabaseProposals({ proposals }: { proposals: Proposals }) {
  const { databaseId, databaseName, error, schemas } = proposals;
  const trpc = useTRPC();
  const accept = useMutation(
    trpc.discovery.accept.mutationOptions({
      trpc: alone,
      onSuccess: (made) => showMessage(`Added ${plural(made.length, "project")}.`),
    }),
  );
  const ignore = useMutation(
    trpc.discovery.ignore.mutationOptions({ onSuccess: () => showMessage("Nobody is asked about it again.") }),
  );
  const [addsAll, setAddsAll] = useState(false);
  if (error) return <Notice tone="warn">{`${databaseName} could not be searched for new schemas. ${error}`}</Notice>;
  const names = schemas.map(({ name }) => name);
  const isBusy = accept.isPending || ignore.isPending;
  async function addAll() {
    setAddsAll(true);
    try {
      for (let i = 0; i < names.length; i += mostAtOnce)
        await accept.mutateAsync({ databaseId, schemaNames: names.slice(i, i + mostAtOnce) });
    } catch {
      // The mutation has told it.
    } finally {
      setAddsAll(false);
    }
  }
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <p className="text-muted">
          {plural(schemas.length, "schema")} of {databaseName} without a project
        </p>
        {schemas.length > 1 && (
          <Button pending={addsAll} disabled={isBusy && !addsAll} onClick={addAll}>
            Add all {schemas.length} projects
          </Button>
        )}
      </div>
      <Table
        label={`New schemas of ${databaseName}`}
        head={
          <>
            <Head>Schema</Head>
            <Head from="md">Project</Head>
            <Head numeric from="md">
              Tables
            </Head>
            <Head numeric>Size</Head>
            <ActionsHead />
          </>
        }
      >
        {schemas.map(({ name, slug, tables, bytes }) => (
          <Row key={name}>
            <Cell className="w-2/5 max-w-0 truncate font-mono text-xs">{name}</Cell>
            <Cell from="md">{slug}</Cell>
            <Cell from="md" numeric>
              {tables}
            </Cell>
            <Cell numeric>{formatBytes(bytes)}</Cell>
            <Cell numeric>
              <span className="inline-flex gap-2 py-1">
                <Button size="sm" disabled={isBusy} onClick={() => ignore.mutate({ databaseId, schemaNames: [name] })}>
                  Ignore<span className="sr-only"> {name}</span>
                </Button>
                <Button size="sm" disabled={isBusy} onClick={() => accept.mutate({ databaseId, schemaNames: [name] })}>
                  Add project<span className="sr-only"> {slug}</span>
                </Button>
              </span>
            </Cell>
          </Row>
        ))}
      </Table>
    </div>
  );
}
