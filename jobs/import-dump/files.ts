import { rm } from "node:fs/promises";
import path from "node:path";
import { jobsEnv } from "@/jobs/env";

/** Where an uploaded dump is, once it is whole. */
export const dumpPath = (id: string) => path.join(jobsEnv().UPLOAD_DIR, id);

/** Where it grows until then. */
export const partPath = (id: string) => `${dumpPath(id)}.part`;

export const removeDump = (id: string): Promise<void> => rm(dumpPath(id), { force: true });
