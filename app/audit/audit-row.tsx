"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useId, useState } from "react";
import { AuditDetails } from "@/app/audit/audit-details";
import { actionWords, actorWords, isRefusal, subjectWords } from "@/app/audit/audit-words";
import { JobLink } from "@/app/job/job-link";
import type { AuditEvent } from "@/app/trpc/types";
import { IconButton } from "@/app/ui/button";
import { cx } from "@/app/ui/class-names";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Row } from "@/app/ui/table";

export function AuditRow({ event }: { event: AuditEvent }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const words = actionWords(event.action);
  const who = actorWords(event);
  return (
    <>
      <Row className={cx(isOpen && "border-b-0")}>
        <Cell>
          <IconButton
            size="sm"
            label={`Details of ${words}`}
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={() => setOpen(!isOpen)}
            className="-ml-1.5"
          >
            <ChevronRight aria-hidden className={cx("size-4", isOpen && "rotate-90")} />
          </IconButton>
        </Cell>
        <Cell className="whitespace-nowrap">
          <RelativeTime time={event.at} />
        </Cell>
        <Cell from="md" className="max-w-0 w-1/4">
          <span title={who} className={cx("block truncate", !event.actorEmail && "text-muted")}>
            {who}
          </span>
        </Cell>
        <Cell className="py-1 max-md:max-w-0 max-md:w-full">
          {isRefusal(event.action) ? <StatusMark tone="warn">{words}</StatusMark> : words}
          <span className="block truncate text-muted text-xs md:hidden">{who}</span>
        </Cell>
        <Cell from="md" className="max-w-0 w-1/4">
          <Subject event={event} />
        </Cell>
        <Cell from="lg" className="max-w-40">
          {event.projectSlug ? (
            <Link href={`/projects/${event.projectSlug}`} prefetch={false} className="block truncate hover:underline">
              {event.projectSlug}
            </Link>
          ) : (
            (event.projectId?.slice(0, 8) ?? "–")
          )}
        </Cell>
        <Cell from="lg">{event.address ?? "–"}</Cell>
      </Row>
      {isOpen && (
        <tr id={id} className="border-line border-b">
          <td colSpan={7} className="pb-3 pl-8 max-md:pl-0">
            <AuditDetails event={event} />
          </td>
        </tr>
      )}
    </>
  );
}

function Subject({ event }: { event: AuditEvent }) {
  const words = subjectWords(event);
  const look = "block truncate";
  if (event.subjectKind === "job")
    return (
      <JobLink jobId={event.subjectId} className={cx(look, "hover:underline")}>
        {words}
      </JobLink>
    );
  if (event.subjectKind === "backup" && event.projectSlug && event.action !== "backup.deleted")
    return (
      <Link
        href={`/projects/${event.projectSlug}/backups/${event.subjectId}`}
        prefetch={false}
        title={words}
        className={cx(look, "hover:underline")}
      >
        {words}
      </Link>
    );
  return (
    <span title={words} className={look}>
      {words}
    </span>
  );
}
