import type { JobKind } from "@/db/schema";
import { fetchBackup } from "@/jobs/backup-copy/fetch-task";
import { copyBackup } from "@/jobs/backup-copy/task";
import { verifyCopy } from "@/jobs/backup-copy/verify-task";
import { cloneProject } from "@/jobs/clone-project/task";
import { compareBackups } from "@/jobs/compare-backups/task";
import { checkImportFile } from "@/jobs/data-import/check-task";
import { importData } from "@/jobs/data-import/task";
import { exportBackup } from "@/jobs/export-backup/task";
import { exportData } from "@/jobs/export-data/task";
import { importDump } from "@/jobs/import-dump/task";
import type { JobHandler } from "@/jobs/lifecycle/execute";
import { restoreBackup } from "@/jobs/restore-backup/task";
import { undoRestore } from "@/jobs/restore-backup/undo";
import { verifyBackup } from "@/jobs/verify-backup/task";

/** Who does the work of each kind of job. */
export const handlers: Record<JobKind, JobHandler> = {
  export_backup: exportBackup,
  verify_backup: verifyBackup,
  restore_backup: restoreBackup,
  undo_restore: undoRestore,
  clone_project: cloneProject,
  compare_backups: compareBackups,
  import_dump: importDump,
  export_data: exportData,
  check_import: checkImportFile,
  import_data: importData,
  copy_backup: copyBackup,
  fetch_backup: fetchBackup,
  verify_copy: verifyCopy,
};
