import { bigint, index, jsonb, text, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, newest } from "./control-plane";

/** Who did what to which thing, when, from where, with what result. Never changed afterwards. */
export const auditEvents = controlPlane.table(
  "audit_events",
  {
    id: bigint("id", { mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
    at: at("at").notNull().defaultNow(),
    actorId: uuid("actor_id"),
    actorEmail: text("actor_email"),
    action: text("action").notNull(),
    subjectKind: text("subject_kind").notNull(),
    subjectId: text("subject_id").notNull(),
    projectId: uuid("project_id"),
    details: jsonb("details").$type<Record<string, unknown>>(),
    address: text("address"),
    requestId: text("request_id"),
  },
  (t) => [
    index("audit_events_by_time").on(newest(t.at), newest(t.id)),
    index("audit_events_by_project").on(t.projectId, newest(t.at)),
  ],
);
