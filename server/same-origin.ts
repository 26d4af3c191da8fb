/**
 * Whether a request comes from our own pages. Browsers say so themselves in Sec-Fetch-Site; those that do not are judged by
 * Origin, which every browser sends with a POST. A program without either carries no cookies of somebody else.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = headers.get("sec-fetch-site");
  if (site) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  return !origin || (URL.canParse(origin) && new URL(origin).host === headers.get("host"));
}

/** Whether the body says that it is JSON; forms and uploads can be sent by any page without asking. */
export function isJson(headers: Headers): boolean {
  return /^application\/json\s*(;|$)/i.test(headers.get("content-type") ?? "");
}
