"use client";

import { RevokeButton } from "@/app/token/revoke-button";
import { scopeNames } from "@/app/token/scope-words";
import type { ApiToken } from "@/app/trpc/types";
import { RelativeTime, useNow } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

export function TokenTable({ tokens }: { tokens: ApiToken[] }) {
  return (
    <Table
      label="API tokens"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Token</Head>
          <Head from="md">Scopes</Head>
          <Head from="lg">Made</Head>
          <Head>Expires</Head>
          <Head from="md">Last used</Head>
          <ActionsHead />
        </>
      }
    >
      {tokens.map((token) => (
        <TokenRow key={token.id} token={token} />
      ))}
    </Table>
  );
}

function TokenRow({ token }: { token: ApiToken }) {
  return (
    <Row>
      <Cell className="w-full max-w-0 py-1">
        <span title={token.name} className="block truncate font-medium text-base">
          {token.name}
        </span>
        <span className="block truncate text-muted text-xs md:hidden">
          <code className="font-mono">{token.prefix}…</code> {scopeNames(token.scopes)}
        </span>
      </Cell>
      <Cell from="md">
        <code className="font-mono text-xs">{token.prefix}…</code>
      </Cell>
      <Cell from="md" className="whitespace-nowrap">
        {scopeNames(token.scopes)}
      </Cell>
      <Cell from="lg">
        <RelativeTime time={token.createdAt} />
      </Cell>
      <Cell className="whitespace-nowrap">
        <Expiry at={token.expiresAt} />
      </Cell>
      <Cell from="md">{token.lastUsedAt ? <RelativeTime time={token.lastUsedAt} /> : "Never"}</Cell>
      <Cell numeric>
        <RevokeButton token={token} />
      </Cell>
    </Row>
  );
}

/** Time enough to put a new token in its place. */
const soon = 7 * 24 * 3600_000;

function Expiry({ at }: { at: string | null }) {
  const now = useNow();
  if (!at) return "Never";
  if (Date.parse(at) <= now)
    return (
      <StatusMark tone="bad">
        Expired <RelativeTime time={at} />
      </StatusMark>
    );
  const time = <RelativeTime time={at} ahead />;
  return Date.parse(at) - now < soon ? <StatusMark tone="warn">{time}</StatusMark> : time;
}
