"use client";

import { freshness } from "@/app/project/health";
import type { Project } from "@/app/trpc/types";
import { cx } from "@/app/ui/class-names";
import { formatBytes, formatCount } from "@/app/ui/format";
import { useNow } from "@/app/ui/relative-time";

const sumOf = (projects: Project[], read: (project: Project) => number) =>
  projects.reduce((sum, project) => sum + read(project), 0);

/** The whole in four numbers. */
export function Figures({ projects }: { projects: Project[] }) {
  const now = useNow();
  const unprotected = projects.filter((project) => !freshness(project.lastBackup, now).isGood).length;
  const figures = [
    { name: "Projects", value: formatCount(projects.length) },
    { name: "Without a fresh backup", value: formatCount(unprotected), isBad: unprotected > 0 },
    { name: "Backups", value: formatCount(sumOf(projects, (project) => project.backupCount)) },
    { name: "Storage used", value: formatBytes(sumOf(projects, (project) => project.storedBytes)) },
  ];
  return (
    <dl className="grid grid-cols-4 border-line border-y max-md:grid-cols-2">
      {figures.map(({ name, value, isBad }) => (
        <div
          key={name}
          className="flex flex-col-reverse justify-end border-line px-4 py-2.5 first:pl-0 md:not-first:border-l max-md:even:border-l max-md:odd:pl-0 max-md:nth-[n+3]:border-t"
        >
          <dt className="text-muted text-sm">{name}</dt>
          <dd className={cx("font-semibold text-xl tabular-nums", isBad && "text-bad")}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
