import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "@/db/errors";
import { deriveKey } from "@/db/secret";
import { jobsEnv } from "@/jobs/env";

export type DownloadGrant = { backupId: string; userId: string };

const signature = ({ backupId, userId }: DownloadGrant, expires: number) =>
  createHmac("sha256", deriveKey("download-link")).update(`${backupId}\n${userId}\n${expires}`).digest("base64url");

/** A path that downloads one backup in the name of one user, until it expires. */
export function signDownload(grant: DownloadGrant): { path: string; expiresAt: Date } {
  const expires = Math.floor(Date.now() / 1000) + jobsEnv().DOWNLOAD_LINK_SECONDS;
  const query = new URLSearchParams({
    user: grant.userId,
    expires: String(expires),
    signature: signature(grant, expires),
  });
  return { path: `/api/v1/backups/${grant.backupId}/download?${query}`, expiresAt: new Date(expires * 1000) };
}

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
