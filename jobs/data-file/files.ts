import { rm } from "node:fs/promises";
import path from "node:path";
import { jobsEnv } from "@/jobs/env";
import { dumpPath } from "@/jobs/import-dump/files";

/** Where an uploaded file of rows is: all uploads are in one folder, by their ids. */
export const dataFilePath = (id: string): string => dumpPath(id);

export const removeDataFile = (id: string): Promise<void> => rm(dataFilePath(id), { force: true });

/** Where uploads in several requests grow, each with what is known of it beside it. */
export const unfinishedFolder = (): string => path.join(jobsEnv().UPLOAD_DIR, "unfinished");
