"use client";

import { useState } from "react";
import { ExportButton } from "@/app/export/export-button";
import { healthOf } from "@/app/project/health";
import { ProjectNameCell } from "@/app/project/project-name-cell";
import { type ProjectColumn, sortProjects } from "@/app/project/sort-projects";
import type { Project } from "@/app/trpc/types";
import { formatBytes, formatCount } from "@/app/ui/format";
import { RelativeTime, useNow } from "@/app/ui/relative-time";
import { StatusMark } from "@/app/ui/status-mark";
import { ActionsHead, Cell, Head, Row, type Sort, SortHead, Table } from "@/app/ui/table";

export function ProjectTable({ projects }: { projects: Project[] }) {
  const [sort, setSort] = useState<Sort<ProjectColumn>>({ key: "name", descending: false });
  const now = useNow();
  const sorting = { sort, onSort: setSort };
  return (
    <Table
      label="Projects"
      head={
        <>
          <SortHead column="name" {...sorting}>
            Project
          </SortHead>
          <Head from="lg">Schema</Head>
          <Head>Health</Head>
          <SortHead column="last" descendingFirst from="md" {...sorting}>
            Last good backup
          </SortHead>
          <SortHead column="size" numeric descendingFirst from="lg" {...sorting}>
            Data
          </SortHead>
          <SortHead column="rows" numeric descendingFirst from="lg" {...sorting}>
            Rows
          </SortHead>
          <SortHead column="backups" numeric descendingFirst from="md" {...sorting}>
            Backups
          </SortHead>
          <SortHead column="stored" numeric descendingFirst from="md" {...sorting}>
            Stored
          </SortHead>
          <ActionsHead />
        </>
      }
    >
      {sortProjects(projects, sort).map((project) => (
        <ProjectRow key={project.id} project={project} now={now} />
      ))}
    </Table>
  );
}

function ProjectRow({ project, now }: { project: Project; now: number }) {
  const { lastBackup } = project;
  const health = healthOf(project, now);
  return (
    <Row>
      <ProjectNameCell project={project} className="max-w-0 w-1/4" />
      <Cell from="lg" className="max-w-0 w-1/4">
        <span title={`${project.schemaName} on ${project.databaseName}`} className="block truncate text-muted">
          <span className="font-mono text-xs">{project.schemaName}</span> on {project.databaseName}
        </span>
      </Cell>
      <Cell>
        {project.runningJobs > 0 ? (
          <StatusMark tone="running">Exporting</StatusMark>
        ) : (
          <StatusMark tone={health.tone}>{health.word}</StatusMark>
        )}
      </Cell>
      <Cell from="md">{lastBackup ? <RelativeTime time={lastBackup.createdAt} /> : "–"}</Cell>
      <Cell numeric from="lg">
        {lastBackup ? formatBytes(lastBackup.originalBytes) : "–"}
      </Cell>
      <Cell numeric from="lg">
        {lastBackup ? formatCount(lastBackup.rowCount) : "–"}
      </Cell>
      <Cell numeric from="md">
        {formatCount(project.backupCount)}
      </Cell>
      <Cell numeric from="md">
        {formatBytes(project.storedBytes)}
      </Cell>
      <Cell numeric>{project.canExport && <ExportButton project={project} variant="secondary" size="sm" />}</Cell>
    </Row>
  );
}
