import type { Job } from "@/app/trpc/types";

/** Where all is said about a check or an import, and the ways on from there; null for other jobs. */
export function importHref({ kind, id, projectSlug }: Pick<Job, "kind" | "id" | "projectSlug">): string | null {
  const names: Partial<Record<Job["kind"], string>> = { check_import: "check", import_data: "import" };
  const name = names[kind];
  return name ? `/projects/${projectSlug}/data/import?${name}=${id}` : null;
}
