import { z } from "zod";

const finding = z.object({
  name: z.enum(["version", "rights", "extensions", "outside", "pointers", "tables", "sessions", "newer", "size"]),
  /** `stop`: a restore would fail, so it is not begun. */
  level: z.enum(["ok", "warn", "stop"]),
  /** A sentence for people. */
  detail: z.string(),
  /** What it is about, one by one. */
  items: z.array(z.string()).default([]),
});

const tableChange = z.object({
  name: z.string(),
  /** Null: it is not in the backup, or not in the live schema. */
  inBackup: z.number().nullable(),
  /** The planner's guess; -1 where nobody has counted yet. */
  live: z.number().nullable(),
});

/** What stands in the way of a restore, and what it would change. */
export const preflightReport = z.object({ findings: z.array(finding), tables: z.array(tableChange) });

export type Finding = z.infer<typeof finding>;
export type PreflightReport = z.infer<typeof preflightReport>;

/** The reason not to begin, if there is one. */
export const firstStop = ({ findings }: PreflightReport): Finding | undefined =>
  findings.find(({ level }) => level === "stop");
