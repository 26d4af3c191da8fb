const here = "http://coffer.invalid";

/** Where to go after sign-in: the path that was asked for if it is one of ours, else the overview. */
export function safeNextPath(next: string | null | undefined): string {
  // Browsers read a backslash as a slash, so `/\host` leads to another site as `//host` does.
  if (!next?.startsWith("/") || next.includes("\\") || !URL.canParse(next, here)) return "/";
  const url = new URL(next, here);
  return url.origin === here && !url.pathname.startsWith("/login") ? url.pathname + url.search : "/";
}

/** The sign-in page that leads back to this path. */
export function loginPath(from: string): string {
  const next = safeNextPath(from);
  return next === "/" ? "/login" : `/login?next=${encodeURIComponent(next)}`;
}
