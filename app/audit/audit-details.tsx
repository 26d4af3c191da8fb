import type { ReactNode } from "react";
import { actorWords } from "@/app/audit/audit-words";
import type { AuditEvent } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { CopyButton } from "@/app/ui/copy-button";
import { Facts } from "@/app/ui/facts";

/** Everything that was written down about an event, as it was written down. */
export function AuditDetails({ event }: { event: AuditEvent }) {
  const facts: [string, ReactNode][] = [
    ["Time", <AbsoluteTime key="time" time={event.at} />],
    ["Action", <Code key="action">{event.action}</Code>],
    ["Who", event.actorEmail ? <Named key="who" name={event.actorEmail} id={event.actorId} /> : actorWords(event)],
    ["API token", event.tokenId && <Code key="token">{event.tokenId}</Code>],
    ["Subject", <Named key="subject" name={event.subjectKind} id={event.subjectId} />],
    ["Project", event.projectId && <Named key="project" name={event.projectSlug ?? ""} id={event.projectId} />],
    ["Address", event.address],
    ["Request", event.requestId && <Request key="request" id={event.requestId} />],
    ["Details", event.details && <Code key="details">{oneLine(event.details)}</Code>],
  ];
  return (
    <div className="text-sm">
      <Facts facts={facts.filter(([, value]) => value)} />
    </div>
  );
}

const Code = ({ children }: { children: ReactNode }) => (
  <code className="break-words font-mono text-xs">{children}</code>
);

const Named = ({ name, id }: { name: string; id: string | null }) => (
  <>
    {name} <span className="text-muted">{id && <Code>{id}</Code>}</span>
  </>
);

const Request = ({ id }: { id: string }) => (
  <span className="inline-flex items-center gap-1">
    <Code>{id}</Code>
    <CopyButton text={id} label="Copy request id" />
  </span>
);

/** JSON with a blank wherever a line may end. */
const oneLine = (value: object) => JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
