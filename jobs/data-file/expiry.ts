import { sql } from "drizzle-orm";
import { dataFiles, jobs } from "@/db/schema";

const hours = 24;

/** When an uploaded file of rows is removed, unless an import still needs it. */
export const expiresAt = (createdAt: Date): Date => new Date(createdAt.getTime() + hours * 3_600_000);

/** Uploaded so long ago that it is kept no longer. By the database's clock. */
export const isExpired = sql`${dataFiles.createdAt} < now() - make_interval(hours => ${hours})`;

/** An import that is not over reads this file, or will. */
export const isWanted = sql`exists (select from ${jobs} where ${jobs.finishedAt} is null
  and ${jobs.options}->>'fileId' = ${dataFiles.id}::text)`;
