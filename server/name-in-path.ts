import { AppError } from "@/db/errors";

/** A table's name out of a path. */
export function nameInPath(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    throw new AppError("VALIDATION_ERROR", "The name of the table is not encoded as it has to be in an address.");
  }
}
