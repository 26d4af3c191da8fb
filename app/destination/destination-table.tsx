"use client";

import { useMutation } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { kindWords, placeOf } from "@/app/destination/destination-words";
import { RemoveDestination } from "@/app/destination/remove-destination";
import { useTRPC } from "@/app/trpc/client";
import { alone } from "@/app/trpc/links";
import type { Destination } from "@/app/trpc/types";
import { Badge } from "@/app/ui/badge";
import { Button } from "@/app/ui/button";
import { formatBytes, formatCount } from "@/app/ui/format";
import { Menu } from "@/app/ui/menu";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";
import { showMessage } from "@/app/ui/toaster";

type Props = { destinations: Destination[]; onEdit: (destination: Destination) => void };

export function DestinationTable({ destinations, onEdit }: Props) {
  return (
    <Table
      label="Destinations"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Place</Head>
          <Head from="md">State</Head>
          <Head from="lg" numeric>
            Copies
          </Head>
          <Head from="lg" numeric>
            Size
          </Head>
          <Head from="lg" numeric>
            Free
          </Head>
          <ActionsHead />
        </>
      }
    >
      {destinations.map((destination) => (
        <DestinationRow key={destination.id} destination={destination} onEdit={() => onEdit(destination)} />
      ))}
    </Table>
  );
}

function DestinationRow({ destination, onEdit }: { destination: Destination; onEdit: () => void }) {
  const trpc = useTRPC();
  const { id: destinationId, name, isDefault, freeBytes } = destination;
  const [removes, setRemoves] = useState(false);
  const check = useMutation(
    trpc.destination.check.mutationOptions({
      trpc: alone,
      onSuccess: ({ unhealthySince }) => showMessage(unhealthySince ? `${name} does not work.` : `${name} works.`),
    }),
  );
  const change = useMutation(
    trpc.destination.change.mutationOptions({
      onSuccess: (now) =>
        showMessage(now.isDefault ? `Every new backup is copied to ${name}.` : `${name} gets copies only on request.`),
    }),
  );
  const place = placeOf(destination);
  return (
    <>
      <Row>
        <Cell className="w-full max-w-0 py-1 md:w-1/4">
          <span className="flex min-w-0 items-center gap-2">
            <span title={name} className="truncate font-medium text-base">
              {name}
            </span>
            {isDefault && <Badge>Default</Badge>}
          </span>
          <span className="block truncate text-muted text-xs">{kindWords[destination.kind].name}</span>
          <span className="block text-xs md:hidden">
            <Health destination={destination} />
          </span>
        </Cell>
        <Cell from="md" className="w-1/3 max-w-0">
          <span title={place} className="block truncate font-mono text-xs">
            {place}
          </span>
        </Cell>
        <Cell from="md" className="whitespace-nowrap">
          <Health destination={destination} />
        </Cell>
        <Cell from="lg" numeric>
          {formatCount(destination.copyCount)}
        </Cell>
        <Cell from="lg" numeric>
          {formatBytes(destination.copyBytes)}
        </Cell>
        <Cell from="lg" numeric>
          {freeBytes === null ? "–" : formatBytes(freeBytes)}
        </Cell>
        <Cell numeric>
          <span className="inline-flex items-center gap-1">
            <Button size="sm" pending={check.isPending} onClick={() => check.mutate({ destinationId })}>
              Test<span className="sr-only"> {name}</span>
            </Button>
            <Menu
              label={`Actions for ${name}`}
              trigger={
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={`More actions for ${name}`}
                  icon={<Ellipsis aria-hidden className="size-4" />}
                />
              }
              actions={[
                { label: "Edit", onSelect: onEdit },
                {
                  label: isDefault ? "Copy here only on request" : "Copy every new backup here",
                  onSelect: () => change.mutate({ destinationId, isDefault: !isDefault }),
                },
                { label: "Remove", onSelect: () => setRemoves(true) },
              ]}
            />
          </span>
          {removes && <RemoveDestination destination={destination} onClose={() => setRemoves(false)} />}
        </Cell>
      </Row>
      {destination.problem && (
        <Row>
          <Cell colSpan={7} className="py-1 text-bad">
            {destination.problem}
          </Cell>
        </Row>
      )}
    </>
  );
}

function Health({ destination: { checkedAt, unhealthySince } }: { destination: Destination }) {
  if (unhealthySince)
    return (
      <StatusMark tone="bad">
        Does not work since <RelativeTime time={unhealthySince} />
      </StatusMark>
    );
  if (!checkedAt) return <StatusMark tone="idle">Not tried yet</StatusMark>;
  return (
    <StatusMark tone="good">
      Worked <RelativeTime time={checkedAt} />
    </StatusMark>
  );
}
