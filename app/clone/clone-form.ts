import { readNewProject } from "@/app/project/new-project-form";

type Source = { projectSlug: string; projectName: string; manifest: { project: { schema: string } } };

/** What a copy is called unless somebody says otherwise. A schema's name has at most 63 bytes. */
export const cloneOf = ({ projectSlug, projectName, manifest }: Source) => ({
  slug: `${projectSlug.slice(0, 95)}-copy`,
  name: `${projectName.slice(0, 92)} (copy)`,
  schemaName: `${shortened(manifest.project.schema, 58)}_copy`,
});

/** As many whole characters as fit. */
function shortened(text: string, bytes: number): string {
  let short = text;
  while (new TextEncoder().encode(short).length > bytes) short = [...short].slice(0, -1).join("");
  return short;
}

export function readCloneForm(form: FormData) {
  const { databaseId, ...project } = readNewProject(form);
  return { ...project, databaseId: databaseId || undefined, structureOnly: form.get("structureOnly") === "on" };
}
