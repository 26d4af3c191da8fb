"use client";

import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import Link from "next/link";
import { afterPage } from "@/app/job/job-queries";
import { deliveryLooks, deliveryWords } from "@/app/notification/channel-words";
import { deliveryPage, statusIn } from "@/app/notification/delivery-filter";
import { aboutWords } from "@/app/notification/event-words";
import { useTRPC } from "@/app/trpc/client";
import type { Delivery } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { EmptyState } from "@/app/ui/empty-state";
import { FilterSelect } from "@/app/ui/filter-select";
import { listState, PagedList } from "@/app/ui/paged-list";
import { useQueryState } from "@/app/ui/query-state";
import { RelativeTime } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

const statuses = Object.entries(deliveryLooks).map(([value, { word }]) => ({ value, label: word }));

/** What was sent in the last month, and what has not arrived. */
export function Deliveries() {
  const trpc = useTRPC();
  const [query, setQuery] = useQueryState();
  const status = statusIn(query.get("status"));
  const list = useInfiniteQuery(
    trpc.notification.deliveries.infiniteQueryOptions(deliveryPage(status), { ...afterPage, refetchInterval: 10_000 }),
  );
  const deliveries = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section
      title="Messages"
      aside={
        <FilterSelect
          label="Status"
          value={status ?? ""}
          options={statuses}
          onChange={(chosen) => setQuery({ status: chosen })}
        />
      }
    >
      <PagedList
        list={listState(list)}
        items={deliveries}
        noun="messages"
        skeletonRows={3}
        onClearFilters={status !== undefined && (() => setQuery({ status: "" }))}
        noMatch="No message has this status."
        empty={<EmptyState>Nothing was sent in the last 30 days.</EmptyState>}
      >
        <Table
          label="Messages"
          head={
            <>
              <Head>About</Head>
              <Head from="md">To</Head>
              <Head>Status</Head>
              <Head from="md">Why</Head>
              <Head>When</Head>
              <ActionsHead />
            </>
          }
        >
          {deliveries.map((delivery) => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </Table>
      </PagedList>
    </Section>
  );
}

const placeOf = ({ channelName, mailTo }: Delivery) => channelName ?? mailTo?.join(", ") ?? "Monitor of a schedule";

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const trpc = useTRPC();
  const retry = useMutation(trpc.notification.retry.mutationOptions());
  const { about, project, status, error } = delivery;
  return (
    <Row>
      <Cell className="py-1">
        <span className="block font-medium md:whitespace-nowrap">{aboutWords(about)}</span>
        {project && (
          <Link href={`/projects/${project}`} prefetch={false} className="text-muted text-xs hover:underline">
            {project}
          </Link>
        )}
        {error && <span className="block break-words text-muted text-xs md:hidden">{error}</span>}
      </Cell>
      <Cell from="md" className="w-1/5 max-w-0">
        <span title={placeOf(delivery)} className="block truncate">
          {placeOf(delivery)}
        </span>
      </Cell>
      <Cell className="whitespace-nowrap">
        <StatusMark tone={deliveryLooks[status].tone}>
          <span className="max-md:hidden">{deliveryWords(delivery)}</span>
          <span className="md:hidden">{deliveryLooks[status].word}</span>
        </StatusMark>
      </Cell>
      <Cell from="md" className="w-2/5 max-w-0">
        <span className="line-clamp-4 break-words text-muted">{error}</span>
      </Cell>
      <Cell>
        <RelativeTime time={delivery.createdAt} />
      </Cell>
      <Cell numeric>
        {status === "failed" && about !== "test" && (
          <Button
            size="sm"
            pending={retry.isPending}
            icon={<RotateCw aria-hidden className="size-3.5" />}
            onClick={() => retry.mutate({ deliveryId: delivery.id })}
          >
            Retry<span className="sr-only"> {aboutWords(about)}</span>
          </Button>
        )}
      </Cell>
    </Row>
  );
}
