"use client";

import Link from "next/link";
import { fallDetails, fallWords } from "@/app/backup/fall-words";
import { AttentionItem } from "@/app/overview/attention-item";
import { FailedProject } from "@/app/overview/failed-project";
import type { Project } from "@/app/trpc/types";
import { buttonClass } from "@/app/ui/button";
import { Section } from "@/app/ui/section";

/** Failures that nothing good has followed yet, then last backups that hold far less than usual. */
export function Attention({ projects }: { projects: Project[] }) {
  const failed = projects.filter((project) => project.lastExport?.status === "failed");
  const fallen = projects.filter((project) => project.lastBackup?.fall);
  if (failed.length + fallen.length === 0) return null;
  return (
    <Section title="Needs attention">
      {failed.length > 0 && (
        <ul className="rounded border border-bad bg-bad-soft">
          {failed.map((project) => (
            <FailedProject key={project.id} project={project} />
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

function FallenProject({ project }: { project: Project }) {
  const { lastBackup } = project;
  if (!lastBackup?.fall) return null;
  return (
    <AttentionItem
      tone="warn"
      word={`${fallWords(lastBackup.fall)} than usual`}
      project={project}
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
