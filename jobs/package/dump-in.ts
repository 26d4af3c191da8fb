import { createHash } from "node:crypto";
import { AppError } from "@/db/errors";
import { followTar } from "@/jobs/archive/tar";

const packageDamage = "The package is damaged or was cut short.";

/** Whether it was the package around the dump that told the damage. */
export const isPackageDamage = (error: AppError): boolean => error.message === packageDamage;

/**
 * The bytes of the dump in a package, which is the first file in it, and `sha256` what they have to be. Reads on to the end of
 * the package, and throws BACKUP_CORRUPT there when it is not whole.
 */
export async function* dumpIn(stored: AsyncIterable<Buffer>, sha256: string | undefined): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const pieces: Buffer[] = [];
  const tar = followTar((bytes, file) => {
    if (file === 0) pieces.push(bytes);
  });
  for await (const chunk of stored) {
    tar.take(chunk);
    for (const piece of pieces.splice(0)) {
      hash.update(piece);
      yield piece;
    }
  }
  if (tar.complaint() || hash.digest("hex") !== sha256) throw new AppError("BACKUP_CORRUPT", packageDamage);
}
