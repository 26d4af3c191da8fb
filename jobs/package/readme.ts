import type { Manifest } from "@/jobs/archive/manifest";
import { quoteIdent } from "@/jobs/postgres/identifier";

/** `README.md` in a package, for somebody who has never heard of Coffer. */
export function packageReadme(manifest: Manifest): string {
  const parts = [head(manifest), needed(manifest), restoring(manifest), container(manifest), byHand(manifest)];
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

const unpackers = { gzip: "gzip -dc", zstd: "zstd -dc", none: null } as const;
const compressors = { gzip: "`gzip`", zstd: "`zstd`", none: null } as const;

const encryptedWords = `, encrypted with [age](https://age-encryption.org). Only the dump is: this file
and the manifest tell everybody names of tables and counts of rows`;

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;

function head({ project, file, tables, snapshotAt, serverVersion, clientVersion }: Manifest): string {
  const held = tables.filter(({ rows }) => rows !== null);
  const rows = held.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  return `\
# Backup of ${project.slug}

This is the schema ${code(project.schema)} of the PostgreSQL database ${code(project.database)} as it was at
${snapshotAt} (UTC): ${counted(held.length, "table")} with ${counted(rows, "row")}. pg_dump ${clientVersion} has made it from PostgreSQL ${code(serverVersion)}.

| file            | what it is                                                      |
| --------------- | --------------------------------------------------------------- |
| \`restore.sh\`    | restores the dump into a database of yours                      |
| \`compose.yaml\`  | starts a PostgreSQL with the dump restored, with Docker Compose |
| \`manifest.json\` | what the dump holds: tables, rows, sequences, versions          |
| \`SHA256SUMS\`    | the sha256 of the dump                                          |

The dump is \`${file.name}\`, an archive of pg_dump (format custom)${file.encryption ? encryptedWords : ""}.`;
}

function restoring({ file, clientVersion }: Manifest): string {
  const programs = ["`psql`", compressors[file.compression], file.encryption && "`age`"].filter(Boolean).join(", ");
  const key = file.encryption ? " key.txt" : "";
  const about = file.encryption
    ? `

\`key.txt\` is the file with a secret key of age, of any one of these public keys:

${file.encryption.recipients.map((recipient) => `- ${code(recipient)}`).join("\n")}`
    : "";
  return `\
## Restore it

\`\`\`sh
sh restore.sh DATABASE${key}
\`\`\`

\`DATABASE\` is the name of a database, or a connection string. Host, port, user and password are taken from \`PGHOST\`, \`PGPORT\`,
\`PGUSER\` and \`PGPASSWORD\`. It needs ${programs} and \`pg_restore\` of PostgreSQL ${clientVersion} or newer.${about}

The script compares the sha256 before anything else, refuses when the schema is in the database already, and stops at the first
failure. Whoever restores owns everything; grants are left out.`;
}

type Extension = Manifest["extensions"][number];

function needed({ project, extensions, outsideDependencies }: Manifest): string {
  const names = new Set(outsideDependencies.map(({ extension }) => extension));
  const wanted = extensions.filter(({ name }) => names.has(name));
  const others = extensions.filter(({ name }) => !names.has(name) && name !== "plpgsql");
  const outside = outsideDependencies.filter(({ extension }) => extension === null);
  const lists = [
    wanted.length > 0 && `It needs these extensions:\n\n${wanted.map(extensionLine).join("\n")}`,
    createStatements(wanted.filter(({ schema }) => schema !== project.schema)),
    outside.length > 0 &&
      `It needs these objects of other schemas; a table that a foreign key points to, with its rows:\n\n${outside
        .map(({ kind, name, schema }) => `- ${kind} ${code(name)} of the schema ${code(schema)}`)
        .join("\n")}`,
    others.length > 0 &&
      `The database also had these extensions. A function or an index may need one:\n\n${others.map(extensionLine).join("\n")}`,
  ].filter(Boolean);
  if (lists.length === 0) return "";
  return `## Make this first\n\nThe dump does not hold what stands outside of its schema.\n\n${lists.join("\n\n")}`;
}

const extensionLine = ({ name, version, schema }: Extension) =>
  `- ${code(name)}, version ${code(version)}, in the schema ${code(schema)}`;

function createStatements(extensions: Extension[]): string {
  const lines = extensions
    .filter(({ name, schema }) => !unprintable.test(name + schema) && !`${name}${schema}`.includes("`"))
    .flatMap(({ name, schema }) => [
      `create schema if not exists ${quoteIdent(schema)};`,
      `create extension if not exists ${quoteIdent(name)} schema ${quoteIdent(schema)};`,
    ]);
  return lines.length === 0 ? "" : `\`\`\`sql\n${[...new Set(lines)].join("\n")}\n\`\`\``;
}

function container({ file }: Manifest): string {
  const decrypt = file.encryption ? `age -d -i key.txt -o ./${plainName(file.name)} ./${file.name}\n` : "";
  return `\
## Or start a PostgreSQL with it

\`\`\`sh
${decrypt}POSTGRES_PASSWORD=choose-one docker compose up --wait
\`\`\`

Then \`psql -h localhost -U postgres restored\`. It listens on this machine only; \`PORT=5433\` in front takes another port. What has to
be made first goes into a file \`before.sql\` in this folder. The container must be able to read the folder: \`chmod -R go+rX .\``;
}

function byHand({ file }: Manifest): string {
  const unpack = unpackers[file.compression];
  const steps = [file.encryption ? `age -d -i key.txt ./${file.name}` : `cat ./${file.name}`, unpack];
  const restore = "pg_restore --exit-on-error --no-owner --no-privileges -d DATABASE";
  return `\
## By hand

\`\`\`sh
sha256sum -c SHA256SUMS
${[...steps, restore].filter(Boolean).join(" | ")}
\`\`\``;
}

const plainName = (name: string) => name.replace(/\.age$/, "");

/** Control characters, and whatever else may end a line or hide. */
const unprintable = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Text of anybody's as a code span of Markdown, which it cannot leave. */
function code(text: string): string {
  const shown = text.replace(
    new RegExp(unprintable, "gu"),
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const space = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${space}${shown}${space}${fence}`;
}
