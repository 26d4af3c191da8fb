"use client";

import { freshness } from "@/app/project/health";
import type { Project } from "@/app/trpc/types";
import { FigureRow } from "@/app/ui/figure-row";
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
  return <FigureRow figures={figures} />;
}
