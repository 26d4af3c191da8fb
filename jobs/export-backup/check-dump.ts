import { createReadStream } from "node:fs";
import { type Archive, checkContents, type Expected, type Reader } from "@/jobs/archive/contents";
import { dumpFormatOf } from "@/jobs/archive/dump-format";
import { checkPassing, type PassingCheck } from "@/jobs/archive/passing-check";
import { compressionOf, type ExportOptions } from "@/jobs/export-backup/options";
import type { Staged } from "@/jobs/home/home";
import type { Subject } from "@/jobs/lifecycle/subject";
import { dumpOffset } from "@/jobs/package/pack";
import type { Snapshot } from "@/jobs/postgres/snapshot";

type Plan = { options: ExportOptions; subject: Subject; snapshot: Snapshot; staged: Staged; reader: Reader };

/** Checks that the dump holds what was asked for, and nothing else. Disposing of it ends whatever it has started. */
export type DumpCheck = AsyncDisposable & {
  /** Has to see every piece of a dump that is encrypted afterwards; null when the file can be read once it is there. */
  inspect: PassingCheck["inspect"] | null;
  /** After the dump: throws unless it is good. */
  end(): Promise<void>;
};

export function checkDump({ options, subject, snapshot, staged, reader }: Plan): DumpCheck {
  const { schemaOid, tables } = snapshot.inventory;
  const tableOids = tables.filter((table) => table.hasData).map((table) => table.oid);
  const expected: Expected = { schema: subject.schema, schemaOid, tableOids };
  const archive: Omit<Archive, "from"> = { format: dumpFormatOf(options.format), compression: compressionOf(options) };
  if (options.encrypt) return checkPassing(archive, expected, reader);
  return {
    inspect: null,
    async end() {
      await staged.flush();
      const { path } = staged.file;
      // Of a package there is only the dump by now, behind the room for its header.
      const from = options.format === "package" ? createReadStream(path, { start: dumpOffset }) : path;
      await checkContents({ ...archive, from }, expected, reader);
    },
    async [Symbol.asyncDispose]() {},
  };
}
