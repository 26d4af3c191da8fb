import type { Origin } from "@/db/audit";
import { dbEnv } from "@/db/env";
import type { OpenExport } from "@/jobs/data/open-export";
import type { Wish } from "@/jobs/data/options";
import { downloadPath } from "@/server/data-address";
import { noteExport, withRows } from "@/server/data-export";

/** What is larger than this is downloaded, and not put in an answer. */
const inlineBytes = 1024 * 1024;

type Asked = { project: { id: string; slug: string }; origin: Origin; wish: Wish; gone: AbortSignal };

/** An export as an answer: with its rows when they are few, else with the address where they are. */
export function inlineExport({ project, origin, wish, gone }: Asked) {
  return withRows({ projectId: project.id, wish, gone }, async (opened) => {
    const bytes = await bytesOf(opened);
    await noteExport(origin, { wish, opened, projectId: project.id });
    const path = downloadPath(project.id, wish);
    const { recordCount, tableCounts, compressed } = opened;
    return {
      format: wish.format,
      /** The file's content: as base64 where it is `compressed`. */
      data: bytes?.toString(compressed ? "base64" : "utf8") ?? null,
      recordCount,
      tableCounts,
      exportTimestamp: opened.at,
      compressed,
      downloadFilename: opened.filename,
      downloadUrl: path && `${dbEnv().PUBLIC_URL}${path}`,
    };
  });
}

/** Null when it is too large for an answer, which is not read to its end then. */
async function bytesOf({ pieces }: OpenExport): Promise<Buffer | null> {
  const found: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces()) {
    size += piece.length;
    if (size > inlineBytes) return null;
    found.push(piece);
  }
  return Buffer.concat(found);
}
