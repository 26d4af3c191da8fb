const plain = (jobId: string) => jobId.replaceAll("-", "");

/** Where an attempt restores to, beside the live schema. Whoever cleans up after it knows the name. */
export const besideSchema = (jobId: string, fence: number) => `coffer_new_${plain(jobId)}_${fence}`;

/** What the live schema is called inside the transactions of a restore, which nobody else ever sees. */
export const asideSchema = (jobId: string) => `coffer_aside_${plain(jobId)}`;

/** The schema that a restore has replaced. */
export const keptSchema = (jobId: string) => `coffer_old_${plain(jobId)}`;

/** The restored schema, once an undo has brought back the one before. */
export const undoneSchema = (jobId: string) => `coffer_undone_${plain(jobId)}`;
