import type { readExportWish } from "@/app/data/export-wish";

type Wish = ReturnType<typeof readExportWish>;
type Use = { origin: string; slug: string; wish: Wish };

/** For a POSIX shell: nothing in it means anything to the shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** `includeTables` is `include_tables` in an address. */
const wireName = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A list has commas between; a name with a comma in it makes it JSON, as filters always are. */
function wireValue(value: unknown): string {
  if (Array.isArray(value) && !value.some((one) => String(one).includes(","))) return value.join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** What the server does without a word. */
const defaults: Record<string, unknown> = {
  pretty: false,
  includeMetadata: true,
  csvDelimiter: ",",
  guardFormulas: false,
  compress: false,
};

/** Downloads the rows of a wish, for a POSIX shell. */
export function exportRowsCommand({ origin, slug, wish: { tableName, ...wish } }: Use): string {
  const asked = Object.entries({ projectId: slug, ...wish })
    .filter(([name, value]) => value !== undefined && value !== defaults[name])
    .map(([name, value]) => `  --data-urlencode ${quoted(`${wireName(name)}=${wireValue(value)}`)}`);
  const address = `${origin}/api/v1/export/${tableName === undefined ? "full" : encodeURIComponent(tableName)}/download`;
  return [`curl -fOJG ${quoted(address)} -H "Authorization: Bearer $TOKEN"`, ...asked].join(" \\\n");
}
