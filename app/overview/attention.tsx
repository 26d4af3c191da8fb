"use client";

import Link from "next/link";
import { fallDetails, fallWords } from "@/app/backup/fall-words";
import { ExportButton } from "@/app/export/export-button";
import { AttentionItem, aboutProject } from "@/app/overview/attention-item";
import { FailedProject } from "@/app/overview/failed-project";
import { LostCopy } from "@/app/overview/lost-copy";
import { freshness, tooOldAbout } from "@/app/project/health";
import type { Database, Destination, LostCopies, Project } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { plural } from "@/app/ui/format";
import { useNow } from "@/app/ui/relative-time";
import { Section } from "@/app/ui/section";

/** What it is about; databases and destinations are for administrators. */
type Props = { projects: Project[]; databases: Database[]; destinations: Destination[]; lost?: LostCopies };

/** How many of one kind are named, so that a night without backups, or without a network, does not fill the page. */
const most = 5;

/**
 * Databases that do not answer, failures that nothing good has followed yet, destinations that do not work; then last backups
 * that hold far less than usual or are too old, and copies that are lost. Projects that never had a backup are not told of here:
 * most of them are new.
 */
export function Attention({ projects, databases, destinations, lost = { total: 0, copies: [] } }: Props) {
  const failed = projects.filter((project) => project.lastExport?.status === "failed");
  const fallen = projects.filter((project) => project.lastBackup?.fall);
  const now = useNow();
  const stale = projects.filter(
    (project) => project.lastBackup && !project.lastBackup.fall && !freshness(project.lastBackup, now).isGood,
  );
  const broken = destinations.filter(({ unhealthySince }) => unhealthySince);
  const silent = databases.filter(({ unhealthySince }) => unhealthySince);
  const bad = silent.length + failed.length + broken.length;
  const doubtful = fallen.length + stale.length + lost.total;
  if (bad + doubtful === 0) return null;
  return (
    <Section title="Needs attention">
      {bad > 0 && (
        <ul className="rounded border border-bad bg-bad-soft">
          {silent.slice(0, most).map((database) => (
            <Unhealthy key={database.id} what={database} word="Does not answer" page="databases" />
          ))}
          {failed.slice(0, most).map((project) => (
            <FailedProject key={project.id} project={project} />
          ))}
          {broken.map((destination) => (
            <Unhealthy key={destination.id} what={destination} word="Does not work" page="destinations" />
          ))}
        </ul>
      )}
      {doubtful > 0 && (
        <ul className="rounded border border-warn bg-warn-soft">
          {fallen.slice(0, most).map((project) => (
            <FallenProject key={project.id} project={project} />
          ))}
          {stale.slice(0, most).map((project) => (
            <StaleProject key={project.id} project={project} />
          ))}
          {lost.copies.map((copy) => (
            <LostCopy key={copy.backupId + copy.destinationId} copy={copy} />
          ))}
        </ul>
      )}
      <More lists={[failed, fallen, stale]} />
      <Rest count={silent.length - most} one="database" />
      <Rest count={lost.total - lost.copies.length} one="copy" many="copies" />
    </Section>
  );
}

type UnhealthyProps = { what: Database | Destination; word: string; page: "databases" | "destinations" };

function Unhealthy({ what: { name, problem, unhealthySince }, word, page }: UnhealthyProps) {
  if (!unhealthySince) return null;
  return (
    <AttentionItem
      tone="bad"
      word={word}
      about={{ name, href: `/${page}` }}
      time={unhealthySince}
      text={problem}
      actions={
        <Link href={`/${page}`} prefetch={false} className={buttonClass({ size: "sm" })}>
          Open {page}
        </Link>
      }
    />
  );
}

function FallenProject({ project }: { project: Project }) {
  const { lastBackup } = project;
  if (!lastBackup?.fall) return null;
  return (
    <AttentionItem
      tone="warn"
      word={`${fallWords(lastBackup.fall)} than usual`}
      about={aboutProject(project)}
      time={lastBackup.createdAt}
      text={`The last backup holds ${fallDetails(lastBackup.fall)}`}
      actions={
        <Link
          href={`/projects/${project.slug}/backups/${lastBackup.id}`}
          prefetch={false}
          className={buttonClass({ size: "sm" })}
        >
          Open backup
        </Link>
      }
    />
  );
}

function StaleProject({ project }: { project: Project }) {
  const { lastBackup } = project;
  if (!lastBackup) return null;
  return (
    <AttentionItem
      tone="warn"
      word="No fresh backup"
      about={aboutProject(project)}
      time={lastBackup.createdAt}
      text={tooOldAbout}
      actions={project.canExport && <ExportButton project={project} variant="secondary" size="sm" />}
    />
  );
}

/** How many more there are than are named. */
function More({ lists }: { lists: Project[][] }) {
  const more = lists.reduce((sum, list) => sum + Math.max(0, list.length - most), 0);
  if (more === 0) return null;
  return (
    <p className="text-muted text-sm">
      And {plural(more, "project")} more: see{" "}
      <Link href="/projects" className="underline">
        all projects
      </Link>
      .
    </p>
  );
}

function Rest({ count, one, many }: { count: number; one: string; many?: string }) {
  return count > 0 ? <p className="text-muted text-sm">And {plural(count, one, many)} more.</p> : null;
}
