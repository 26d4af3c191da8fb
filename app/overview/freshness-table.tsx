"use client";

import { ExportButton } from "@/app/export/export-button";
import { standingOf } from "@/app/project/health";
import { ProjectNameCell } from "@/app/project/project-name-cell";
import type { Project } from "@/app/trpc/types";
import { formatBytes } from "@/app/ui/format";
import { RelativeTime, useNow } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, Table } from "@/app/ui/table";

/** The oldest first: what has none at all, then what waits longest. */
const byAge = (a: Project, b: Project) =>
  (a.lastBackup ? Date.parse(a.lastBackup.createdAt) : 0) - (b.lastBackup ? Date.parse(b.lastBackup.createdAt) : 0);

export function FreshnessTable({ projects }: { projects: Project[] }) {
  const now = useNow();
  return (
    <Table
      label="Last good backup of each project"
      head={
        <>
          <Head>Project</Head>
          <Head>Made</Head>
          <Head from="md">Standing</Head>
          <Head numeric from="md">
            Size
          </Head>
          <Head numeric from="lg">
            Stored
          </Head>
          <ActionsHead />
        </>
      }
    >
      {[...projects].sort(byAge).map((project) => (
        <FreshnessRow key={project.id} project={project} now={now} />
      ))}
    </Table>
  );
}

function FreshnessRow({ project, now }: { project: Project; now: number }) {
  const { tone, word } = standingOf(project.lastBackup, now);
  return (
    <Row>
      <ProjectNameCell project={project} className="max-w-0 w-2/5" />
      <Cell>
        <span className="max-md:hidden">
          {project.lastBackup ? <RelativeTime time={project.lastBackup.createdAt} /> : "–"}
        </span>
        <StatusMark tone={tone} className="md:hidden">
          {project.lastBackup ? <RelativeTime time={project.lastBackup.createdAt} /> : word}
        </StatusMark>
      </Cell>
      <Cell from="md">
        <StatusMark tone={tone}>{word}</StatusMark>
      </Cell>
      <Cell numeric from="md">
        {project.lastBackup ? formatBytes(project.lastBackup.sizeBytes) : "–"}
      </Cell>
      <Cell numeric from="lg">
        {formatBytes(project.storedBytes)}
      </Cell>
      <Cell numeric>{project.canExport && <ExportButton project={project} variant="secondary" size="sm" />}</Cell>
    </Row>
  );
}
