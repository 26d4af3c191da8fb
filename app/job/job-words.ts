import type { Job, JobStatus, JobSummary } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

type Looks = { tone: Tone; word: string };

export const statusLooks: Record<JobStatus, Looks> = {
  pending: { tone: "idle", word: "Waiting" },
  in_progress: { tone: "running", word: "Running" },
  cancelling: { tone: "warn", word: "Cancelling" },
  cancelled: { tone: "ended", word: "Cancelled" },
  completed: { tone: "good", word: "Done" },
  failed: { tone: "bad", word: "Failed" },
};

export const isOver = (status: JobStatus): boolean =>
  status === "completed" || status === "failed" || status === "cancelled";

const kindWords: Record<Job["kind"], string> = {
  export_backup: "Export",
  verify_backup: "Verification",
  restore_backup: "Restore",
  undo_restore: "Undo of a restore",
  clone_project: "Clone",
  compare_backups: "Comparison",
  import_dump: "Restore of a dump",
  export_data: "Export of rows",
  check_import: "Check of an import",
  import_data: "Import of rows",
  copy_backup: "Copy",
  fetch_backup: "Fetch",
  verify_copy: "Check of a copy",
};

/** `Export` */
export const kindWord = (kind: Job["kind"]): string => kindWords[kind];

/** What changes data has to be confirmed again, where it was started. */
export const canRetry = (kind: Job["kind"]): boolean =>
  kind === "export_backup" || kind === "verify_backup" || kind === "compare_backups" || kind === "export_data";

/** `Export of Acme Shop` */
export const jobTitle = (job: Pick<JobSummary, "kind" | "projectName">): string =>
  `${kindWord(job.kind)} of ${job.projectName}`;

const stepWords: Record<string, string> = {
  check: "Check",
  copy: "Copy",
  snapshot: "Snapshot",
  count: "Count",
  dump: "Dump",
  write: "Write",
  verify: "Verify",
  store: "Store",
  read: "Read",
  prepare: "Prepare",
  restore: "Restore",
  compare: "Compare",
  safety: "Safety backup",
  apply: "Write",
  swap: "Swap",
  place: "Make project",
  clean: "Clean up",
  finish: "Finish",
};

/** A step in one word; one that is not known yet keeps its title. */
export const stepWord = (step: { name: string; title: string }): string => stepWords[step.name] ?? step.title;

/** Who started it, seen from whoever looks. */
export const startedBy = (job: Pick<JobSummary, "userId" | "userName" | "scheduleId">, me: string): string =>
  job.userId === me ? "you" : (job.userName ?? (job.scheduleId ? "a schedule" : "Coffer"));
