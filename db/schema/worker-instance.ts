import { integer, text, uuid } from "drizzle-orm/pg-core";
import { at, controlPlane, id } from "./control-plane";

/** One worker process, for as long as it lives. Silent for a minute means dead. */
export const workerInstances = controlPlane.table("worker_instances", {
  id: id(),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  concurrency: integer("concurrency").notNull(),
  /** The id of its backup folder. */
  homeId: uuid("home_id"),
  startedAt: at("started_at").notNull().defaultNow(),
  heartbeatAt: at("heartbeat_at").notNull().defaultNow(),
  stoppedAt: at("stopped_at"),
});
