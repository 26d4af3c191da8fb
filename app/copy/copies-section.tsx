"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { CopyDialog } from "@/app/copy/copy-dialog";
import { CopyRow } from "@/app/copy/copy-row";
import { HomeRow } from "@/app/copy/home-row";
import { useTRPC } from "@/app/trpc/client";
import type { BackupDetails } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { ErrorState } from "@/app/ui/error-state";
import { Section } from "@/app/ui/section";
import { SkeletonRows } from "@/app/ui/skeleton";
import { ActionsHead, Head, Table } from "@/app/ui/table";

const pollEvery = 2_000;

/** Where the file is kept, and how each copy does. */
export function CopiesSection({ backup }: { backup: BackupDetails }) {
  const trpc = useTRPC();
  const [copies, setCopies] = useState(false);
  const list = useQuery(
    trpc.copy.list.queryOptions(
      { backupId: backup.id },
      { refetchInterval: ({ state }) => (state.data?.some(({ status }) => status === "pending") ? pollEvery : false) },
    ),
  );
  const { data: choices } = useQuery(trpc.destination.choices.queryOptions());
  const canManage = backup.permissions.includes("manage");
  const free = choices?.filter(({ id }) => !list.data?.some((copy) => copy.destinationId === id)) ?? [];
  return (
    <Section
      title="Copies"
      aside={
        canManage &&
        free.length > 0 && (
          <Button size="sm" aria-haspopup="dialog" onClick={() => setCopies(true)}>
            Copy to …
          </Button>
        )
      }
    >
      {list.error && !list.data && (
        <ErrorState
          title="The copies could not be read"
          error={list.error}
          onRetry={list.refetch}
          retrying={list.isFetching}
        />
      )}
      {!list.error && !list.data && <SkeletonRows rows={2} label="Loading the copies" />}
      {list.data && (
        <Table
          label="Copies"
          head={
            <>
              <Head>Where</Head>
              <Head>State</Head>
              <Head from="md">Last check</Head>
              <Head from="lg">Read back</Head>
              <ActionsHead />
            </>
          }
        >
          <HomeRow backup={backup} copies={list.data} canManage={canManage} />
          {list.data.map((copy) => (
            <CopyRow key={copy.destinationId} backup={backup} copy={copy} canManage={canManage} />
          ))}
        </Table>
      )}
      {copies && <CopyDialog backup={backup} choices={free} onClose={() => setCopies(false)} />}
    </Section>
  );
}
