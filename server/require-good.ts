import { eq } from "drizzle-orm";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { backups } from "@/db/schema";
import { isGood } from "@/jobs/backup-copy/good";

type Backup = Pick<typeof backups.$inferSelect, "id" | "status">;

/** Throws BACKUP_CORRUPT for a backup that cannot be, say, `restored`, since no whole file of it is anywhere, as far as we know. */
export async function requireGood({ id, status }: Backup, done: string): Promise<void> {
  const [row] = await db
    .select({ isGood: isGood(backups) })
    .from(backups)
    .where(eq(backups.id, id));
  if (row?.isGood) return;
  const how = status === "available" ? "missing" : status;
  throw new AppError(
    "BACKUP_CORRUPT",
    `This backup cannot be ${done}: its file is ${how}, and no destination has a copy.`,
  );
}
