/** What a project could be called, from the name of its schema: `tenant_acme` is `acme`, "Acme". */
export function proposeProject(schemaName: string): { slug: string; name: string } {
  const bare = schemaName.replace(/^tenants?[_-]/i, "") || schemaName;
  const name = bare.replace(/[_-]+/g, " ").trim() || bare;
  return { slug: slugify(bare), name: name.charAt(0).toUpperCase() + name.slice(1) };
}

/** Letters, digits, _ and -, as a slug has to be; letters with marks lose them. */
export function slugify(text: string): string {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/ß/g, "ss").toLowerCase();
  return (
    plain
      .replace(/[^a-z0-9_-]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 100) || "project"
  );
}

/** The proposals of many schemas, with a number behind a slug that is there already. */
export function proposeAll(schemaNames: readonly string[], taken: ReadonlySet<string> = new Set()) {
  const used = new Set(taken);
  return schemaNames.map((schemaName) => {
    const { slug, name } = proposeProject(schemaName);
    let free = slug;
    for (let number = 2; used.has(free); number += 1) free = `${slug.slice(0, 95)}-${number}`;
    used.add(free);
    return { schemaName, slug: free, name };
  });
}
