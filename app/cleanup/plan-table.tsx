"use client";

import { useState } from "react";
import { reasonWords } from "@/app/cleanup/cleanup-words";
import type { Cleanup } from "@/app/trpc/types";
import { Button } from "@/app/ui/button";
import { formatBytes, formatCount } from "@/app/ui/format";
import { RelativeTime } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { Cell, Head, Row, Table } from "@/app/ui/table";

/** All projects together may have thousands of backups; a browser does not like as many rows at once. */
const shownAtFirst = 200;

type Planned = Cleanup["kept"][number];

export function PlanTable({ backups, namesProjects }: { backups: Planned[]; namesProjects: boolean }) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? backups : backups.slice(0, shownAtFirst);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section tabIndex={0} aria-label="What becomes of each backup">
      <Table
        label="What becomes of each backup"
        head={
          <>
            <Head>Outcome</Head>
            {namesProjects && <Head from="md">Project</Head>}
            <Head>Backup</Head>
            <Head from="md">Made</Head>
            <Head numeric from="md">
              Size
            </Head>
            <Head from="md">Why</Head>
          </>
        }
      >
        {shown.map((backup) => (
          <PlannedRow key={backup.id} backup={backup} namesProject={namesProjects} />
        ))}
      </Table>
      {backups.length > shown.length && (
        <div className="flex justify-center pt-2">
          <Button onClick={() => setShowsAll(true)}>Show all {formatCount(backups.length)} backups</Button>
        </div>
      )}
    </section>
  );
}

function PlannedRow({ backup, namesProject }: { backup: Planned; namesProject: boolean }) {
  const why = reasonWords(backup);
  return (
    <Row>
      <Cell className="max-md:align-top max-md:py-1.5 max-md:pr-3">
        {backup.keep ? <StatusMark tone="good">Stays</StatusMark> : <StatusMark tone="bad">Goes</StatusMark>}
      </Cell>
      {namesProject && (
        <Cell from="md" className="max-w-0 w-1/6">
          <span title={backup.projectName} className="block truncate">
            {backup.projectName}
          </span>
        </Cell>
      )}
      <Cell className="max-w-0 py-1.5 max-md:w-full md:w-1/3">
        <span title={backup.filename} className="block truncate font-mono text-xs">
          {backup.filename}
        </span>
        <span className="block text-muted text-xs md:hidden">
          {namesProject && `${backup.projectName}, `}
          <RelativeTime time={backup.createdAt} />, {formatBytes(backup.sizeBytes)}
        </span>
        <span className="block text-xs md:hidden">{why}</span>
      </Cell>
      <Cell from="md" className="whitespace-nowrap">
        <RelativeTime time={backup.createdAt} />
      </Cell>
      <Cell numeric from="md">
        {formatBytes(backup.sizeBytes)}
      </Cell>
      <Cell from="md" className="w-[46%] py-1.5">
        {why}
      </Cell>
    </Row>
  );
}
