/** What `NewProjectFields` say of a project. */
export function readNewProject(form: FormData) {
  const text = (name: string) => String(form.get(name) ?? "");
  return {
    name: text("name").trim(),
    slug: text("slug").trim(),
    schemaName: text("schemaName"),
    databaseId: text("databaseId"),
  };
}
