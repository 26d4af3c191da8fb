"use client";

import { custodyWord } from "@/app/encryption/key-words";
import { RetireButton } from "@/app/encryption/retire-button";
import type { EncryptionKey } from "@/app/trpc/types";
import { CopyButton } from "@/app/ui/copy-button";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

export function KeyTable({ keys }: { keys: EncryptionKey[] }) {
  const inUse = keys.filter((key) => !key.retiredAt).length;
  return (
    <Table
      label="Encryption keys"
      head={
        <>
          <Head>Name</Head>
          <Head from="md">Public key</Head>
          <Head from="md">Secret key</Head>
          <Head from="lg">Added</Head>
          <Head>State</Head>
          <ActionsHead />
        </>
      }
    >
      {keys.map((key) => (
        <KeyRow key={key.id} encryptionKey={key} isLast={inUse === 1} />
      ))}
    </Table>
  );
}

function KeyRow({ encryptionKey: key, isLast }: { encryptionKey: EncryptionKey; isLast: boolean }) {
  return (
    <Row>
      <Cell className="w-2/5 max-w-0 py-1">
        <span title={key.name} className="block truncate font-medium text-base">
          {key.name}
        </span>
        <span className="block truncate text-muted text-xs md:hidden">{custodyWord(key)}</span>
      </Cell>
      <Cell from="md" className="w-2/5 max-w-0">
        <span className="flex items-center gap-1">
          <code title={key.recipient} className="min-w-0 truncate font-mono text-xs">
            {key.recipient}
          </code>
          <CopyButton text={key.recipient} label={`Copy public key of ${key.name}`} />
        </span>
      </Cell>
      <Cell from="md" className="whitespace-nowrap">
        {custodyWord(key)}
      </Cell>
      <Cell from="lg">
        <RelativeTime time={key.createdAt} />
      </Cell>
      <Cell className="whitespace-nowrap">
        {key.retiredAt ? (
          <StatusMark tone="ended">
            Retired <RelativeTime time={key.retiredAt} />
          </StatusMark>
        ) : (
          <StatusMark tone="good">In use</StatusMark>
        )}
      </Cell>
      <Cell numeric>{!key.retiredAt && <RetireButton encryptionKey={key} isLast={isLast} />}</Cell>
    </Row>
  );
}
