import { timingSafeEqual } from "node:crypto";
import { AppError } from "@/db/errors";
import { type DownloadGrant, signature } from "@/jobs/home/download-link";

/** Whose link it is. Throws PERMISSION_DENIED for one that was changed, LINK_EXPIRED for one that is too old. */
export function checkDownload(backupId: string, query: URLSearchParams): DownloadGrant {
  const grant = { backupId, userId: query.get("user") ?? "" };
  const expires = Number(query.get("expires"));
  const given = Buffer.from(query.get("signature") ?? "");
  const right = Buffer.from(signature(grant, expires));
  if (given.length !== right.length || !timingSafeEqual(given, right)) {
    throw new AppError("PERMISSION_DENIED", "This download link is not valid. Get a new one from the backup's page.");
  }
  if (expires * 1000 < Date.now())
    throw new AppError("LINK_EXPIRED", "This download link has expired. Get a new one from the backup's page.");
  return grant;
}
