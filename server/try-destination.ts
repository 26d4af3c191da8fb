import { AppError } from "@/db/errors";
import type { DestinationSettings } from "@/db/schema";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { leadsHome } from "@/jobs/destination/same-place";
import { tooNear } from "@/jobs/destination/settings";
import { failureOf } from "@/jobs/lifecycle/failure";

/** How long anybody waits for a destination that is tried, in ms. */
export const trialMs = 30_000;

/** Whether settings work, by a file that is written, read and deleted. Throws DESTINATION_FAILED with what stood in the way. */
export async function tried(settings: DestinationSettings) {
  if (await leadsHome(settings)) throw new AppError("VALIDATION_ERROR", tooNear);
  try {
    return await checkDestination(openDestination(settings), AbortSignal.timeout(trialMs));
  } catch (error) {
    const { code, message } = failureOf(error);
    throw code === "internal_error" ? error : new AppError("DESTINATION_FAILED", message);
  }
}
