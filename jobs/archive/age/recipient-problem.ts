import { AppError } from "@/db/errors";
import { lockFileKey } from "@/jobs/archive/age/file-key";

/** Why nothing can be encrypted for this public key, as a sentence; null when it can be. */
export async function recipientProblem(text: string): Promise<string | null> {
  try {
    await lockFileKey({ recipients: [text] });
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
