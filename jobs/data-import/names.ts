import { createHash } from "node:crypto";

const plain = (id: string) => id.replaceAll("-", "");

/** How the schemas that hold the staged rows of a file begin, whatever way they are staged. */
export const stagePrefix = (fileId: string) => `coffer_stage_${plain(fileId)}_`;

/** Where the rows of a file wait for their import, in the project's database. Rows that are staged in another way have another place. */
export const stageSchema = (fileId: string, way: unknown) =>
  stagePrefix(fileId) + createHash("sha256").update(JSON.stringify(way)).digest("hex").slice(0, 10);

/** In there, the problems that a job has found. */
export const problemsTable = (jobId: string) => `problems_${plain(jobId)}`;
