/** RFC 6266: the name in ASCII for old programs, and as it is for others. */
export function disposition(filename: string): string {
  const safe = filename.replace(/[/\\\p{Cc}]/gu, "_");
  const ascii = safe.replace(/[^\x20-\x7e]|["%]/g, "_");
  const encoded = encodeURIComponent(safe).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
