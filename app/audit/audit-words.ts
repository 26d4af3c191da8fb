import type { AuditEvent } from "@/app/trpc/types";

const actions: Record<string, string> = {
  "access.refused": "Access refused",
  "audit.exported": "Downloaded the audit",
  "backup.adopted": "Listed a backup found in the backup folder",
  "backup.changed": "Changed a backup",
  "backup.cleaned_up": "Cleaned up a backup",
  "backup.compared": "Compared a backup's rows",
  "backup.comparison_started": "Started to compare a backup's rows",
  "backup.corrupt": "Found a backup's file changed",
  "backup.deleted": "Deleted a backup",
  "backup.downloaded": "Downloaded a backup",
  "backup.downloaded_decrypted": "Downloaded a backup without its encryption",
  "backup.found": "Found a backup's file whole again",
  "backup.link_mailed": "Mailed a download link",
  "backup.made": "Made a safety backup",
  "backup.link_created": "Made a download link",
  "backup.missing": "Found a backup's file gone",
  "backup.proof_downloaded": "Downloaded a proof",
  "backup.table_downloaded": "Downloaded a table of a backup",
  "backup.verification_started": "Started to verify a backup",
  "backup.verified": "Verified a backup",
  "copy.corrupt": "Found a copy of a backup changed",
  "copy.found": "Found a copy of a backup there again",
  "copy.missing": "Found a copy of a backup gone",
  "data.export_finished": "Exported rows to a file",
  "data.export_downloaded": "Downloaded a file of rows",
  "data.export_started": "Started to export rows to a file",
  "data.exported": "Exported rows",
  "database.changed": "Changed how a database is reached",
  "database.configured": "Changed a database's settings",
  "database.removed": "Removed a database",
  "database.schemas_ignored": "Ignored schemas of a database",
  "database.added": "Connected a database",
  "dump.restore_started": "Started to make a project of a dump",
  "dump.restored": "Made a project of a dump",
  "dump.uploaded": "Uploaded a dump",
  "data.check_started": "Started a dry run of an import",
  "data.import_started": "Started an import of rows",
  "data.imported": "Imported rows",
  "data.uploaded": "Uploaded rows to import",
  "data.removed": "Removed rows that were uploaded",
  "encryption_key.added": "Added an encryption key",
  "encryption_key.generated": "Made an encryption key",
  "encryption_key.retired": "Retired an encryption key",
  "export.started": "Started an export",
  "job.cancel_requested": "Asked to cancel a job",
  "member.removed": "Removed a member",
  "member.set": "Set permissions",
  "notification.retried": "Sent a notification again",
  "notification_channel.added": "Added a notification channel",
  "notification_channel.changed": "Changed a notification channel",
  "notification_channel.removed": "Removed a notification channel",
  "notification_channel.rules_set": "Set the rules of a notification channel",
  "notification_channel.tested": "Tested a notification channel",
  "project.added": "Added a project",
  "project.renamed": "Renamed a project",
  "schedule.added": "Added a schedule",
  "schedule.changed": "Changed a schedule",
  "schedule.deleted": "Deleted a schedule",
  "schedule.paused": "Paused a schedule",
  "schedule.resumed": "Resumed a schedule",
  "schedule.run": "Ran a schedule at once",
  "sign_in.refused": "Sign-in refused",
  "sign_in.succeeded": "Signed in",
  "token.created": "Made an API token",
  "token.revoked": "Revoked an API token",
  "user.disabled": "Disabled a user",
  "user.enabled": "Enabled a user",
  "user.invited": "Invited a user",
  "user.password_changed": "Changed their password",
  "user.password_set": "Chose a password",
  "user.reset_link_made": "Made a reset link",
  "user.role_changed": "Changed a role",
};

/** What a filter finds: all actions that begin so. */
export const actionGroups = [
  { value: "sign_in.", label: "Sign-ins" },
  { value: "access.refused", label: "Refusals of access" },
  { value: "export.", label: "Exports" },
  { value: "job.", label: "Jobs" },
  { value: "backup.", label: "Backups" },
  { value: "copy.", label: "Copies" },
  { value: "data.", label: "Rows" },
  { value: "schedule.", label: "Schedules" },
  { value: "project.", label: "Projects" },
  { value: "member.", label: "Members" },
  { value: "database.", label: "Databases" },
  { value: "dump.", label: "Uploaded dumps" },
  { value: "encryption_key.", label: "Encryption keys" },
  { value: "notification", label: "Notifications" },
  { value: "user.", label: "Users" },
  { value: "token.", label: "API tokens" },
  { value: "audit.", label: "Audit" },
] as const;

/** An action in words; one that is not known here keeps its own: `schedule.run_missed` is `Schedule: run missed`. */
export function actionWords(action: string): string {
  const known = Object.hasOwn(actions, action) ? actions[action] : undefined;
  const text = action.replace(".", ": ").replaceAll(/[._]/g, " ");
  return known ?? text.charAt(0).toUpperCase() + text.slice(1);
}

/** Whether somebody was kept from something. */
export const isRefusal = (action: string): boolean => action.endsWith(".refused");

/** Who did it. What Coffer does of its own accord comes from no address and no request. */
export function actorWords({
  actorEmail,
  address,
  requestId,
}: Pick<AuditEvent, "actorEmail" | "address" | "requestId">) {
  return actorEmail ?? (address === null && requestId === null ? "Coffer" : "Nobody signed in");
}

type Subject = Pick<AuditEvent, "subjectKind" | "subjectId" | "actorId" | "details">;

const telling = ["filename", "name", "email", "slug"];

/** What it was done to, in the words that people know it by; its id when the event tells no more. */
export function subjectWords({ subjectKind, subjectId, actorId, details }: Subject): string {
  if (subjectKind === "user" && subjectId === actorId) return "Own account";
  const told = telling.map((name) => details?.[name]).find((value) => typeof value === "string");
  if (typeof told === "string" && told) return told;
  const isUuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(subjectId);
  return isUuid ? `${subjectKind} ${subjectId.slice(0, 8)}` : subjectId;
}
