import type { Metadata } from "next";
import { BackupPage } from "@/app/backup/backup-page";

export const metadata: Metadata = { title: "Backup" };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <BackupPage backupId={(await params).id} />;
}
