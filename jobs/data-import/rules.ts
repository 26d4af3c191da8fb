import { AppError } from "@/db/errors";

export const importModes = ["insert_only", "update_only", "upsert", "replace"] as const;
export const conflictRules = ["skip", "overwrite", "merge", "fail"] as const;

export type ImportMode = (typeof importModes)[number];
export type ConflictRule = (typeof conflictRules)[number];

/** What becomes of each row: one of the file whose key is there already, one whose key is not, and one of the table that the file does not have. */
export type Rules = {
  present: ConflictRule;
  absent: "insert" | "skip";
  others: "keep" | "delete";
};

/**
 * The truth table of modes and conflict rules.
 *
 * | mode        | key is there    | key is not there | of the table, not in the file |
 * | ----------- | --------------- | ---------------- | ----------------------------- |
 * | insert_only | skip or fail    | insert           | stays                         |
 * | update_only | as the rule has it | skip          | stays                         |
 * | upsert      | as the rule has it | insert        | stays                         |
 * | replace     | as the rule has it | insert        | is deleted                    |
 *
 * `skip` leaves the row that is there; `overwrite` gives it every value that the file has for it, NULL too; `merge` gives it those
 * that are not NULL; `fail` ends the import, and nothing is changed. Columns that the file does not have stay as they are.
 * Throws VALIDATION_ERROR for `insert_only` with a rule that would change a row.
 */
export function rulesOf(mode: ImportMode, conflict: ConflictRule): Rules {
  if (mode === "insert_only" && (conflict === "overwrite" || conflict === "merge")) {
    const error = "must be skip or fail: insert_only never changes a row that is there";
    throw new AppError("VALIDATION_ERROR", `conflict_resolution ${error}.`, {
      fields: [{ field: "conflictResolution", error, code: "invalid_value" }],
    });
  }
  return {
    present: conflict,
    absent: mode === "update_only" ? "skip" : "insert",
    others: mode === "replace" ? "delete" : "keep",
  };
}
