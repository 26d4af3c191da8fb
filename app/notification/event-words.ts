import type { NotificationEvent } from "@/app/trpc/types";

type Words = { label: string; about: string };

/** What channels can be told of, in the order in which people want to choose. */
export const eventWords: Record<NotificationEvent, Words> = {
  backup_failed: { label: "Backup failed", about: "An export ended without a backup, for good." },
  backup_stale: { label: "No good backup", about: "The last good one is older than so many hours." },
  proof_failed: { label: "Proof failed", about: "A backup is not what it should be, or could not be checked." },
  backup_shrunk: { label: "Backup shrunk", about: "It holds less than half of what is usual." },
  copy_failed: { label: "Copy failed", about: "A backup could not be copied to a destination." },
  destination_unhealthy: { label: "Destination does not work", about: "Nothing can be copied to it." },
  schema_found: { label: "New schema found", about: "A database has a schema that was not there before." },
  backup_completed: { label: "Backup ready", about: "Every backup that is made." },
};

export const events = Object.keys(eventWords) as NotificationEvent[];

/** Of no project, so no project can be chosen. */
export const concernsProject = (event: NotificationEvent): boolean =>
  event !== "destination_unhealthy" && event !== "schema_found";

/** What a delivery was about; one that is not known here keeps its own words. */
export function aboutWords(about: string): string {
  if (about === "test") return "Test";
  if (about === "heartbeat") return "Heartbeat";
  return Object.hasOwn(eventWords, about) ? eventWords[about as NotificationEvent].label : about;
}
