import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { dataExports } from "@/db/schema";
import { testEnv } from "@/jobs/testing/env";
import { jobOf } from "@/jobs/testing/export-job";
import { waitFor } from "@/jobs/testing/wait";

/** What lies where exports of rows end. */
export const files = () => readdir(testEnv.exportDir).catch(() => []);

/** What an export has there, finished or not. */
export const filesOf = async (id: string) => (await files()).filter((name) => name.startsWith(id));

/** What an export that has ended well says of its file, and the file. */
export async function madeBy(id: string) {
  const [made] = await db.select().from(dataExports).where(eq(dataExports.jobId, id));
  if (!made) throw new Error("nothing was made");
  return { ...made, bytes: await readFile(path.join(testEnv.exportDir, id)) };
}

/** An export in the middle of the writing. */
export const writing = (id: string) =>
  waitFor(async () => (await filesOf(id)).length > 0 && (await jobOf(id)).rowsDone > 0, {
    what: "an export that writes",
  });
