import { createHmac } from "node:crypto";
import { deriveKey } from "@/db/secret";

export type DownloadGrant = { backupId: string; userId: string };

/** Of a link that is good until then, in seconds since 1970. */
export const signature = ({ backupId, userId }: DownloadGrant, expires: number): string =>
  createHmac("sha256", deriveKey("download-link")).update(`${backupId}\n${userId}\n${expires}`).digest("base64url");

/** A path that downloads one backup in the name of one user, for so many seconds. */
export function signDownload(grant: DownloadGrant, seconds: number): { path: string; expiresAt: Date } {
  const expires = Math.floor(Date.now() / 1000) + seconds;
  const query = new URLSearchParams({
    user: grant.userId,
    expires: String(expires),
    signature: signature(grant, expires),
  });
  return { path: `/api/v1/backups/${grant.backupId}/download?${query}`, expiresAt: new Date(expires * 1000) };
}
