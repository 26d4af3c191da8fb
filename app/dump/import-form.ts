import { readNewProject } from "@/app/project/new-project-form";
import { proposeProject } from "@/server/propose";

/** `acme_2026-01-29T153007Z.dump.gz` is `acme_2026-01-29T153007Z`. */
const stemOf = (filename: string) => filename.replace(/(\.(age|gz|zst|tar|sql|dump|backup|custom|pgdump))+$/i, "");

/** What a project could be called, from the name of its dump. */
export function proposeFrom(filename: string) {
  const { slug, name } = proposeProject(stemOf(filename));
  return { slug, name: name.slice(0, 100), schemaName: `tenant_${slug.replaceAll("-", "_")}`.slice(0, 63) };
}

export const readImportForm = (form: FormData) => ({
  ...readNewProject(form),
  allowFunctions: form.get("allowFunctions") === "on",
});
