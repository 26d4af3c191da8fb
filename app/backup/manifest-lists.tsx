import type { BackupDetails } from "@/app/trpc/types";
import { plural } from "@/app/ui/format";
import { Notice } from "@/app/ui/notice";
import { Section } from "@/app/ui/section";
import { Cell, Head, Row, Table } from "@/app/ui/table";

type Manifest = BackupDetails["manifest"];

/** What else the backup holds, and what it needs from elsewhere. */
export function ManifestLists({ manifest }: { manifest: Manifest }) {
  const { sequences, extensions, outsideDependencies } = manifest;
  return (
    <>
      {outsideDependencies.length > 0 && <OutsideDependencies dependencies={outsideDependencies} />}
      {extensions.length > 0 && (
        <Section title="Extensions it uses" aside={plural(extensions.length, "extension")}>
          <Rows
            label="Extensions"
            heads={["Extension", "Version", "Schema"]}
            rows={extensions.map(({ name, version, schema }) => [name, version, schema])}
          />
        </Section>
      )}
      {sequences.length > 0 && (
        <Section title="Sequences" aside={plural(sequences.length, "sequence")}>
          <Rows
            label="Sequences"
            heads={["Sequence", "Last value"]}
            rows={sequences.map(({ name, lastValue, isCalled }) => [name, (isCalled && lastValue) || "not used yet"])}
          />
        </Section>
      )}
    </>
  );
}

function OutsideDependencies({ dependencies }: { dependencies: Manifest["outsideDependencies"] }) {
  return (
    <Section title="Needed from outside" aside={plural(dependencies.length, "object")}>
      <Notice tone="warn">
        These are not in the file, for they belong to other schemas. They have to be there before it is restored.
      </Notice>
      <Rows
        label="Needed from outside"
        heads={["Object", "Kind", "Schema", "Extension"]}
        rows={dependencies.map(({ name, kind, schema, extension }) => [name, kind, schema, extension ?? "–"])}
      />
    </Section>
  );
}

function Rows({ label, heads, rows }: { label: string; heads: string[]; rows: string[][] }) {
  return (
    <Table label={label} head={heads.map((head) => <Head key={head}>{head}</Head>)}>
      {rows.map((row) => (
        <Row key={row.join("\0")}>
          {row.map((value, column) => (
            <Cell key={heads[column]} className={column === 0 ? "break-all font-mono text-xs" : "text-muted"}>
              {value}
            </Cell>
          ))}
        </Row>
      ))}
    </Table>
  );
}
