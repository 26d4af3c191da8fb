import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { and, eq } from "drizzle-orm";
import { db } from "@/db/client";
import { codeOf } from "@/db/errors";
import { auditEvents, dataFiles } from "@/db/schema";
import { testEnv } from "@/jobs/testing/env";

export const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest("hex");

/** What lies where uploads end, and where they grow in parts; without the folder of those. */
export async function uploads(): Promise<string[]> {
  const names = async (folder: string) =>
    readdir(folder).catch((error) => {
      if (codeOf(error) === "ENOENT") return [];
      throw error;
    });
  const whole = (await names(testEnv.uploadDir)).filter((name) => name !== "unfinished");
  return [...whole, ...(await names(`${testEnv.uploadDir}/unfinished`))].sort();
}

export async function fileRow(id: string) {
  const [row] = await db.select().from(dataFiles).where(eq(dataFiles.id, id));
  return row;
}

/** What the audit says that was done to a file. */
export async function eventsOf(id: string): Promise<string[]> {
  const about = and(eq(auditEvents.subjectId, id), eq(auditEvents.subjectKind, "data_file"));
  return (await db.select().from(auditEvents).where(about).orderBy(auditEvents.id)).map(({ action }) => action);
}
