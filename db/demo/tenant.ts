/** `script` makes the schema's content; it runs with the schema alone on the search path. */
export type DemoTenant = { slug: string; name: string; schema: string; script: readonly string[] };
