import { BackupSkeleton } from "@/app/backup/backup-skeleton";

export default function Loading() {
  return <BackupSkeleton />;
}
