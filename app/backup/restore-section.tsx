import type { ReactNode } from "react";
import { EncryptedFor } from "@/app/backup/encrypted-for";
import { checkCommand } from "@/app/backup/restore-command";
import type { BackupDetails } from "@/app/trpc/types";
import { AbsoluteTime } from "@/app/ui/absolute-time";
import { CopyLine } from "@/app/ui/copy-line";
import { Facts } from "@/app/ui/facts";
import { Section } from "@/app/ui/section";
import { keyFile, restoreCommand } from "@/server/restore-command";

/** The file explains itself: stock tools bring it back, without Coffer. */
export function RestoreSection({ backup }: { backup: BackupDetails }) {
  const { manifest } = backup;
  return (
    <Section title="File">
      <Facts
        facts={[
          ["Restore with", <CopyLine key="restore" label="restore command" text={restoreCommand(backup)} />],
          ...(backup.encrypted ? encryptionFacts(backup) : []),
          [
            "Check with",
            <CopyLine key="check" label="check command" text={checkCommand(backup.filename, backup.sha256)} />,
          ],
          ["sha256", <CopyLine key="hash" label="sha256" text={backup.sha256} />],
          ["Stored at", <CopyLine key="path" label="storage path" text={backup.storagePath} />],
          ["State of the data", <AbsoluteTime key="snapshot" time={manifest.snapshotAt} />],
          [
            "Source",
            `${manifest.project.schema} on ${manifest.project.database}, PostgreSQL ${manifest.serverVersion}`,
          ],
          ["Made with", `pg_dump ${manifest.clientVersion}`],
          [
            "Schema version",
            <span key="schema" className="font-mono text-xs">
              {manifest.schemaVersion}
            </span>,
          ],
        ]}
      />
    </Section>
  );
}

function encryptionFacts({ recipients }: BackupDetails): [string, ReactNode][] {
  return [
    [
      "Opens with",
      <span key="key">
        a secret key of one of these, in the file <code className="font-mono text-xs">{keyFile}</code>. Without one
        nobody can open it.
        <EncryptedFor recipients={recipients} />
      </span>,
    ],
  ];
}
