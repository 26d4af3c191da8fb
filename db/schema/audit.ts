import { bigint, index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, newest } from "./control-plane";

/**
 * Who did what to which thing, when, from where. Refusals are events of their own. Never changed afterwards: a trigger
 * refuses UPDATE, DELETE and TRUNCATE.
 */
export const auditEvents = controlPlane.table(
  "audit_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull().defaultNow(),
    actorId: uuid("actor_id"),
    actorEmail: text("actor_email"),
    /** The API token that the actor used, if any. */
    tokenId: uuid("token_id"),
    action: text("action").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    projectId: uuid("project_id"),
    details: jsonb("details").$type<Record<string, unknown>>(),
    address: text("address"),
    requestId: text("request_id"),
  },
  (t) => [
    // Ids rise with time, and pages go by them.
    index("audit_events_by_time").on(newest(t.at), newest(t.id)),
    index("audit_events_by_project").on(t.projectId, newest(t.id)),
    index("audit_events_by_actor").on(t.actorId, newest(t.id)),
    index("audit_events_by_action").on(t.action, newest(t.id)),
    index("audit_events_by_subject").on(t.subjectId, newest(t.id)),
  ],
);
