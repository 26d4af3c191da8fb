import { serverEnv } from "@/server/env";

/** Set by our own server on each request; whatever a client sends under this name is overwritten. */
export const socketAddressHeader = "x-coffer-socket-address";

/**
 * The address of the client. X-Forwarded-For can be made up by anyone, so only the entries that the configured number of
 * proxies have added count, from the right.
 */
export function clientAddress(headers: Headers): string | null {
  const { TRUSTED_PROXIES } = serverEnv();
  const forwarded = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  const trusted = TRUSTED_PROXIES > 0 ? forwarded.at(-TRUSTED_PROXIES) : undefined;
  return trusted || headers.get(socketAddressHeader);
}
