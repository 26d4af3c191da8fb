/** For what is different a moment later. */
export const noStore = { "Cache-Control": "no-cache, no-store, must-revalidate" };
export const noStoreDoc = { "Cache-Control": "Never kept." };

/** The headers of a list's page: how many there are in all, and where the next page is (RFC 8288), if there is one. */
export function pageHeaders(url: URL, count: number, nextCursor: string | null): Record<string, string> {
  const total = { "X-Total-Count": String(count) };
  if (nextCursor === null) return total;
  const next = new URL(url);
  next.searchParams.delete("offset");
  next.searchParams.set("cursor", nextCursor);
  return { ...total, Link: `<${next.pathname}${next.search}>; rel="next"` };
}

/** What the document says of them. `noun`: "jobs". */
export const pageHeadersDoc = (noun: string) => ({
  "X-Total-Count": `How many ${noun} the filters find.`,
  Link: "The next page (RFC 8288), if there is one.",
});
