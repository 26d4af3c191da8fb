import type { Api, Coffer } from "@/e2e/tools/coffer";

/** A link that needs no session, as the dashboard gets it. Absolute. */
export async function linkTo(coffer: Coffer, api: Api, backupId: string): Promise<URL> {
  const { path } = await api.backup.createLink.mutate({ backupId });
  return new URL(path, coffer.url);
}

export type Answer = { status: number; headers: Record<string, string>; body: Buffer };

/** Asks for a file as any program would. Nothing is followed, unpacked or thrown. */
export async function fetchFile(url: URL, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { redirect: "manual", ...init });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

/** What Coffer says of an error; null when it is no error of ours. */
export function problemOf({ body }: Answer): { code: string; message: string; requestId: string } | null {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
