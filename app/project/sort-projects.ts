import type { Project } from "@/app/trpc/types";
import type { Sort } from "@/app/ui/table";

export type ProjectColumn = "name" | "last" | "size" | "rows" | "backups" | "stored";

const numbers: Record<Exclude<ProjectColumn, "name">, (project: Project) => number> = {
  last: (project) => (project.lastBackup ? Date.parse(project.lastBackup.createdAt) : 0),
  size: (project) => project.lastBackup?.originalBytes ?? 0,
  rows: (project) => project.lastBackup?.rowCount ?? 0,
  backups: (project) => project.backupCount,
  stored: (project) => project.storedBytes,
};

const byName = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** A new list; what is equal stays in the order of names. */
export function sortProjects(projects: readonly Project[], { key, descending }: Sort<ProjectColumn>): Project[] {
  const direction = descending ? -1 : 1;
  return [...projects].sort((a, b) => {
    const names = byName.compare(a.name, b.name);
    if (key === "name") return direction * names;
    return direction * (numbers[key](a) - numbers[key](b)) || names;
  });
}

/** Whether the text is in the name, the slug or the schema. */
export function matches(project: Pick<Project, "name" | "slug" | "schemaName">, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [project.name, project.slug, project.schemaName].some((value) => value.toLowerCase().includes(wanted));
}
