import { writeFile } from "node:fs/promises";
import path from "node:path";
import { eq, isNull, sql } from "drizzle-orm";
import { db } from "@/db/client";
import { encryptionKeys } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";

export type TestKey = { identity: string; recipient: string /** For `age -i`. */; file: string };

/** A pair of keys that new backups are encrypted for. The server keeps the secret one if told so. */
export async function addKey({ keep = false } = {}): Promise<TestKey> {
  const identity = generateIdentity();
  const recipient = recipientOf(identity);
  await db.insert(encryptionKeys).values({ name: "test", recipient, identity: keep ? identity : null });
  const file = path.join(testEnv.folder, `key-${unique()}`);
  await writeFile(file, `# a comment\n${identity}\n`, { mode: 0o600 });
  return { identity, recipient, file };
}

const now = { retiredAt: sql`now()` };

export const retireKey = ({ recipient }: TestKey) =>
  db.update(encryptionKeys).set(now).where(eq(encryptionKeys.recipient, recipient));

export const retireAllKeys = () => db.update(encryptionKeys).set(now).where(isNull(encryptionKeys.retiredAt));
