import type { Db, Tx } from "@/db/client";
import { auditEvents } from "@/db/schema";

export type Actor = { id: string; email: string; role: "admin" | "member" };

export const subjectKinds = [
  "user",
  "project",
  "database",
  "job",
  "backup",
  "token",
  "encryption_key",
  "destination",
  "notification_channel",
  "notification",
  "data_file",
  "dump",
  "schedule",
  "procedure",
] as const;

export type SubjectKind = (typeof subjectKinds)[number];

export type AuditEvent = {
  action: string;
  subject: { kind: SubjectKind; id: string };
  projectId?: string | null;
  details?: Record<string, unknown>;
};

export type Origin = {
  actor: Actor | null;
  address: string | null;
  requestId: string | null;
  /** The API token that the actor uses, if any. */
  tokenId?: string | null;
};

/** Coffer itself, of its own accord. */
export const byCoffer: Origin = { actor: null, address: null, requestId: null };

/** Writes down who did it. Takes the transaction of what it describes, so that neither exists without the other. */
export async function recordAudit(tx: Tx | Db, origin: Origin, event: AuditEvent): Promise<void> {
  await tx.insert(auditEvents).values({
    actorId: origin.actor?.id,
    actorEmail: origin.actor?.email,
    tokenId: origin.tokenId,
    address: origin.address,
    requestId: origin.requestId,
    action: event.action,
    subjectKind: event.subject.kind,
    subjectId: event.subject.id,
    projectId: event.projectId,
    details: event.details,
  });
}
