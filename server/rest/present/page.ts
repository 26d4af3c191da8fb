/** The address of the next page, as a Link header (RFC 8288). */
export function link(url: URL, nextCursor: string | null): Record<string, string> {
  if (nextCursor === null) return {};
  const next = new URL(url);
  next.searchParams.delete("offset");
  next.searchParams.set("cursor", nextCursor);
  return { Link: `<${next.pathname}${next.search}>; rel="next"` };
}
