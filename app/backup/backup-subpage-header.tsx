import type { ReactNode } from "react";
import type { BackupDetails } from "@/app/trpc/types";
import { PageHeader } from "@/app/ui/page-header";

type Props = { backup: BackupDetails; title: string; actions?: ReactNode; children: ReactNode };

/** The head of a page about one backup, one step below its own. */
export function BackupSubpageHeader({ backup, title, actions, children }: Props) {
  const project = `/projects/${backup.projectSlug}`;
  return (
    <PageHeader
      crumbs={[
        { href: "/projects", label: "Projects" },
        { href: project, label: backup.projectName },
        { href: `${project}/backups/${backup.id}`, label: "Backup" },
      ]}
      here={title}
      title={title}
      actions={actions}
    >
      {children}
    </PageHeader>
  );
}
