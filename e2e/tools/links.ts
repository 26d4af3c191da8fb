import { createHmac, hkdfSync } from "node:crypto";
import type { Coffer } from "@/e2e/tools/coffer";

/** A link that Coffer itself has signed, and that expired a while ago. Waiting for one would take ten seconds or more. */
export function expiredLink({ url, secret }: Coffer, grant: { backupId: string; userId: string }): URL {
  const expires = Math.floor(Date.now() / 1000) - 5;
  const key = Buffer.from(hkdfSync("sha256", secret, "coffer", "download-link", 32));
  const text = `${grant.backupId}\n${grant.userId}\n${expires}`;
  const signature = createHmac("sha256", key).update(text).digest("base64url");
  const link = new URL(`/api/v1/backups/${grant.backupId}/download`, url);
  link.search = new URLSearchParams({ user: grant.userId, expires: String(expires), signature }).toString();
  return link;
}
