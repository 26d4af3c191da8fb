const ofAttempt = (jobId: string, fence: number) => `${jobId.replaceAll("-", "")}_${fence}`;

/** The role that an attempt restores a stranger's dump as. Whoever cleans up after it knows the name. */
export const importRole = (jobId: string, fence: number) => `coffer_import_${ofAttempt(jobId, fence)}`;

/** The schema of the two functions that this role may call to put its own schema in place of a live one and back. */
export const doorSchema = (jobId: string, fence: number) => `coffer_door_${ofAttempt(jobId, fence)}`;
