import { db } from "@/db/client";
import { isConnectionLoss } from "@/db/errors";
import { type DataExport, withDataExport } from "@/jobs/data/export";
import type { DataExportOptions } from "@/jobs/data/options";
import { downloadPath } from "@/server/data-export/wish";
import { serverEnv } from "@/server/env";
import { findDatabase, reach } from "@/server/tenant-database";

/** More than this is downloaded. */
const mostBytes = 1024 * 1024;

type Project = { id: string; slug: string; name: string; schemaName: string; databaseId: string };

/** Rows as part of an answer, where they are few; where there are more, how many they are and where they can be downloaded. */
export async function inlineExport(project: Project, options: DataExportOptions) {
  const { connection } = await findDatabase(db, project.databaseId);
  const exported = { slug: project.slug, name: project.name, schema: project.schemaName };
  const now = new Date();
  return reach(connection, async (session) => {
    const found: Found = { tableCounts: {}, bytes: null, opened: null };
    const reading = withDataExport(session, { project: exported, options, now }, async (opened) => {
      found.opened = opened;
      found.tableCounts = await opened.counts();
      found.bytes = await upTo(mostBytes, opened.pieces());
      // A session cannot leave the middle of a COPY.
      if (found.bytes === null) await session.end({ timeout: 0 });
    });
    await reading.catch((error) => {
      if (found.opened === null || found.bytes !== null || !isConnectionLoss(error)) throw error;
    });
    return presented({ project, options, now, found });
  });
}

type Found = { tableCounts: Record<string, number>; bytes: Buffer | null; opened: DataExport | null };
type Presenting = { project: Project; options: DataExportOptions; now: Date; found: Found };

function presented({ project, options, now, found: { tableCounts, bytes, opened } }: Presenting) {
  const recordCount = Object.values(tableCounts).reduce((sum, rows) => sum + rows, 0);
  const tables = Object.keys(tableCounts).length;
  return {
    success: true as const,
    message: `${recordCount} ${recordCount === 1 ? "row" : "rows"} in ${tables} ${tables === 1 ? "table" : "tables"}.`,
    format: options.format,
    data: bytes && dataOf(bytes, opened?.contentType ?? ""),
    recordCount,
    tableCounts,
    exportTimestamp: now.toISOString(),
    compressed: options.compress,
    downloadFilename: opened?.filename ?? "",
    downloadUrl: `${serverEnv().PUBLIC_URL}${downloadPath(project.id, options)}`,
  };
}

/** All of it, or null as soon as it is more. */
async function upTo(most: number, pieces: AsyncIterable<Buffer>): Promise<Buffer | null> {
  const all: Buffer[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes > most) return null;
    all.push(Buffer.from(piece));
  }
  return Buffer.concat(all);
}

/** JSON as itself, with every digit; text as text; what is packed in base64. */
function dataOf(bytes: Buffer, contentType: string): unknown {
  if (contentType === "application/json") return JSON.parse(bytes.toString(), keepDigits);
  return bytes.toString(/^(text|application\/x-ndjson)/.test(contentType) ? "utf8" : "base64");
}

/** https://github.com/tc39/proposal-json-parse-with-source: a number stays what it was written as. */
const keepDigits = (_: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === "number" && context?.source !== undefined && rawJson ? rawJson(context.source) : value;

const rawJson: ((text: string) => unknown) | undefined = Reflect.get(JSON, "rawJSON");
