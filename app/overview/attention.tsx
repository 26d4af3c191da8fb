"use client";

import Link from "next/link";
import { fallDetails, fallWords } from "@/app/backup/fall-words";
import { AttentionItem, aboutProject } from "@/app/overview/attention-item";
import { FailedProject } from "@/app/overview/failed-project";
import type { Destination, Project } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { Section } from "@/app/ui/section";

/** What it is about; `destinations` are for administrators. */
type Props = { projects: Project[]; destinations: Destination[] };

/** Failures that nothing good has followed yet, destinations that do not work, then last backups that hold far less than usual. */
export function Attention({ projects, destinations }: Props) {
  const failed = projects.filter((project) => project.lastExport?.status === "failed");
  const fallen = projects.filter((project) => project.lastBackup?.fall);
  const unhealthy = destinations.filter(({ unhealthySince }) => unhealthySince);
  if (failed.length + fallen.length + unhealthy.length === 0) return null;
  return (
    <Section title="Needs attention">
      {failed.length + unhealthy.length > 0 && (
        <ul className="rounded border border-bad bg-bad-soft">
          {failed.map((project) => (
            <FailedProject key={project.id} project={project} />
          ))}
          {unhealthy.map((destination) => (
            <UnhealthyDestination key={destination.id} destination={destination} />
          ))}
        </ul>
      )}
      {fallen.length > 0 && (
        <ul className="rounded border border-warn bg-warn-soft">
          {fallen.map((project) => (
            <FallenProject key={project.id} project={project} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function UnhealthyDestination({ destination: { name, problem, unhealthySince } }: { destination: Destination }) {
  if (!unhealthySince) return null;
  return (
    <AttentionItem
      tone="bad"
      word="Does not work"
      about={{ name, href: "/destinations" }}
      time={unhealthySince}
      text={problem}
      actions={
        <Link href="/destinations" prefetch={false} className={buttonClass({ size: "sm" })}>
          Open destinations
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
