import { AppError } from "@/db/errors";

/** The bytes are not what was written: changed, cut, or added to. */
export const damaged = (what: string) => new AppError("BACKUP_CORRUPT", `The encrypted file is damaged: ${what}.`);

/** The file is whole as far as anyone can tell, but the key is not one of its keys. */
export const wrongKey = (message: string) => new AppError("WRONG_KEY", message);

/** Not an age file at all, or one that only another program can open. */
export const unsupported = (message: string) => new AppError("UNSUPPORTED_MEDIA_TYPE", message);

/** What a person typed is not a key. Never repeats it: it may be a secret in the wrong field. */
export const invalid = (message: string) => new AppError("VALIDATION_ERROR", message);
