import postgres from "postgres";
import { afterAll, beforeAll } from "vitest";
import { controlPlane, db } from "@/db/client";
import { migrate } from "@/db/migrate";
import { users } from "@/db/schema";
import { testEnv } from "@/jobs/testing/env";

/** Somebody who starts and cancels jobs. */
export const tester = { id: "", email: "tester@example.org", role: "admin" as const };

/** Makes this file's own control plane, migrated and empty but for one user. `url` when it is to live elsewhere. */
export function givenControlPlane(): void {
  beforeAll(async () => {
    await createDatabase(testEnv.controlUrl, testEnv.adminUrl);
    await migrate(testEnv.controlUrl);
    await addTester();
  });
  afterAll(() => controlPlane().end());
}

export async function addTester(): Promise<void> {
  const [user] = await db.insert(users).values({ email: tester.email, name: "Tester", role: "admin" }).returning();
  tester.id = user?.id ?? "";
}

/** Makes the database that the address names, for the role that it names. */
export async function createDatabase(url: string, adminUrl: string): Promise<void> {
  const { pathname, username } = new URL(url);
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await admin.unsafe(`create database ${decodeURIComponent(pathname.slice(1))} owner ${username} template template0`);
  } finally {
    await admin.end();
  }
}
