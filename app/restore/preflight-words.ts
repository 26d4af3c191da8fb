import type { Preflight, PreflightFinding } from "@/app/trpc/types";
import type { Tone } from "@/app/ui/status-mark";

export const findingLooks: Record<PreflightFinding["level"], Tone> = { ok: "good", warn: "warn", stop: "bad" };

export const findingTitles: Record<PreflightFinding["name"], string> = {
  version: "Version",
  rights: "Rights",
  extensions: "Extensions",
  outside: "Other schemas",
  pointers: "Used by others",
  tables: "Tables",
  sessions: "Sessions",
  newer: "What is lost",
  size: "Room",
};

/** Tables that come, go, or may have another number of rows; those that nobody has counted are among them. */
export const changesOf = (tables: Preflight["tables"]): Preflight["tables"] =>
  tables.filter(({ live, inBackup }) => live !== inBackup);
