"use client";

import { useQuery } from "@tanstack/react-query";
import { ConnectButton } from "@/app/database/connect-button";
import { DatabaseRow } from "@/app/database/database-row";
import { ProposalList } from "@/app/database/proposal-list";
import { useTRPC } from "@/app/trpc/client";
import { EmptyState } from "@/app/ui/empty-state";
import { ErrorState } from "@/app/ui/error-state";
import { PageHeader } from "@/app/ui/page-header";
import { SkeletonRows } from "@/app/ui/skeleton";
import { ActionsHead, Head, Table } from "@/app/ui/table";

/** In ms. Workers look at each database every few minutes. */
const refetchInterval = 30_000;

export function DatabaseList() {
  const trpc = useTRPC();
  const {
    data: databases,
    error,
    refetch,
    isFetching,
  } = useQuery(trpc.database.list.queryOptions(undefined, { refetchInterval }));
  return (
    <>
      <PageHeader title="Databases" actions={<ConnectButton />}>
        <p className="text-muted">The PostgreSQL databases that tenants live in.</p>
      </PageHeader>
      {error && !databases && (
        <ErrorState title="The databases could not be read" error={error} onRetry={refetch} retrying={isFetching} />
      )}
      {!error && !databases && <SkeletonRows rows={3} label="Loading databases" />}
      {databases?.length === 0 && (
        <EmptyState action={<ConnectButton />}>
          No database is connected yet. Coffer needs one before there can be projects.
        </EmptyState>
      )}
      {databases && databases.length > 0 && (
        <Table
          label="Databases"
          head={
            <>
              <Head>Name</Head>
              <Head from="md">Address</Head>
              <Head from="lg">PostgreSQL</Head>
              <Head from="md">Last check</Head>
              <Head numeric>Projects</Head>
              <ActionsHead />
            </>
          }
        >
          {databases.map((database) => (
            <DatabaseRow key={database.id} database={database} />
          ))}
        </Table>
      )}
      {databases && databases.length > 0 && <ProposalList />}
    </>
  );
}
