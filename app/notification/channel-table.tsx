"use client";

import { useMutation } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { ChannelActions } from "@/app/notification/channel-actions";
import { deliveryLooks, kindLabel, placeWords, rulesWords } from "@/app/notification/channel-words";
import { useTRPC } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { Channel } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { Notice } from "@/app/ui/notice";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

export function ChannelTable({ channels }: { channels: Channel[] }) {
  return (
    <Table
      label="Channels"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Goes to</Head>
          <Head from="lg">Is told of</Head>
          <Head>Last message</Head>
          <ActionsHead />
        </>
      }
    >
      {channels.map((channel) => (
        <ChannelRow key={channel.id} channel={channel} />
      ))}
    </Table>
  );
}

function ChannelRow({ channel }: { channel: Channel }) {
  const trpc = useTRPC();
  const test = useMutation(trpc.notification.test.mutationOptions({ meta: { showsError: true } }));
  const outcome = outcomeOf(test);
  return (
    <>
      <Row className={outcome ? "border-b-0" : undefined}>
        <Cell className="w-1/4 max-w-0 py-1">
          <span title={channel.name} className="block truncate font-medium text-base">
            {channel.name}
          </span>
          <span className="block truncate text-muted text-xs">{kindLabel(channel.kind)}</span>
        </Cell>
        <Cell from="md" className="w-1/4 max-w-0">
          <span title={placeWords(channel)} className="block truncate">
            {placeWords(channel)}
          </span>
        </Cell>
        <Cell from="lg" className="whitespace-nowrap">
          {rulesWords(channel.rules)}
        </Cell>
        <Cell className="whitespace-nowrap">
          <LastMessage channel={channel} />
        </Cell>
        <Cell numeric>
          <span className="inline-flex items-center gap-1">
            <Button
              size="sm"
              pending={test.isPending}
              icon={<Send aria-hidden className="size-3.5" />}
              onClick={() => test.mutate({ channelId: channel.id })}
            >
              Test<span className="sr-only"> {channel.name}</span>
            </Button>
            <ChannelActions channel={channel} />
          </span>
        </Cell>
      </Row>
      {outcome && (
        <tr className="border-line border-b last:border-b-0">
          <td colSpan={5} className="pb-2">
            {outcome.error ? (
              <Notice tone="bad" role="status">
                The test did not arrive. {outcome.error}
              </Notice>
            ) : (
              <p role="status">
                <StatusMark tone="good">The test has arrived.</StatusMark>
              </p>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

type Test = { isPending: boolean; error: unknown; data: { error: string | null } | undefined };

function outcomeOf({ isPending, error, data }: Test): { error: string | null } | null {
  if (isPending) return null;
  if (error) return { error: describeError(error).message };
  return data ?? null;
}

function LastMessage({ channel: { pausedAt, last } }: { channel: Channel }) {
  if (pausedAt)
    return (
      <StatusMark tone="ended">
        Paused <RelativeTime time={pausedAt} />
      </StatusMark>
    );
  if (!last) return <span className="text-muted">None yet</span>;
  const { tone, word } = deliveryLooks[last.status];
  return (
    <StatusMark tone={tone}>
      {word} <RelativeTime time={last.createdAt} />
    </StatusMark>
  );
}
