"use client";

import { Download, FileText, Hash, Link2, Undo2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { curlCommand } from "@/app/backup/restore-command";
import { useDownload } from "@/app/backup/use-download";
import { useTRPCClient } from "@/app/trpc/client";
import { describeError } from "@/app/trpc/error";
import type { BackupCompression, BackupFormat } from "@/app/trpc/types";
import { copyText } from "@/app/ui/copy";
import type { MenuAction } from "@/app/ui/menu";
import { showError, showMessage } from "@/app/ui/toaster";
import { restoreCommand } from "@/server/restore-command";

type Listed = {
  id: string;
  projectSlug: string;
  filename: string;
  format: BackupFormat;
  compression: BackupCompression;
  encrypted: boolean;
  sha256: string;
};

async function copyAndTell(what: string, text: string, note = "") {
  if (await copyText(text)) showMessage(`Copied ${what}.${note}`);
  else showError(`The browser did not let us copy. Here it is: ${text}`);
}

/** What can be done with a backup, for a row's menu. */
export function useBackupActions(backup: Listed): { download: () => void; menu: MenuAction[]; copyCurl: () => void } {
  const client = useTRPCClient();
  const router = useRouter();
  const { download } = useDownload();

  async function copyCurl() {
    try {
      const { path, filename } = await client.backup.createLink.mutate({ backupId: backup.id });
      const command = curlCommand(filename, new URL(path, window.location.href).href);
      await copyAndTell("the curl command", command, " Its link works without signing in until it expires.");
    } catch (error) {
      showError(describeError(error).message);
    }
  }

  const icon = "size-4";
  return {
    download: () => download(backup.id),
    copyCurl,
    menu: [
      { label: "Download", icon: <Download className={icon} />, onSelect: () => download(backup.id) },
      { label: "Copy curl command", icon: <Link2 className={icon} />, onSelect: copyCurl },
      {
        label: "Copy restore command",
        icon: <Undo2 className={icon} />,
        onSelect: () => copyAndTell("the restore command", restoreCommand(backup)),
      },
      {
        label: "Copy sha256",
        icon: <Hash className={icon} />,
        onSelect: () => copyAndTell("the sha256", backup.sha256),
      },
      {
        label: "Details",
        icon: <FileText className={icon} />,
        onSelect: () => router.push(`/projects/${backup.projectSlug}/backups/${backup.id}`),
      },
    ],
  };
}
