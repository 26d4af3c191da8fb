import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const outer = z
  .object({
    DATA_DIR: z.string(),
    TEST_DATABASE_URL: z.string(),
    TEST_TENANT_URL: z.string(),
    TEST_ADMIN_URL: z.string(),
    TEST_WORKER: z.string(),
  })
  .parse(process.env);

const id = randomBytes(5).toString("hex");
const folder = path.join(outer.DATA_DIR, `test-${id}`);
const controlUrl = new URL(outer.TEST_DATABASE_URL);
controlUrl.pathname = `/control_${id}`;

/** Where the tests of this file live. The server that was started for all tests takes it away at the end. */
export const testEnv = {
  folder,
  backupDir: path.join(folder, "backups"),
  uploadDir: path.join(folder, "uploads"),
  exportDir: path.join(folder, "exports"),
  /** Temporary files of all workers, and of what they start: what is left in here is a leftover. */
  tempDir: path.join(folder, "tmp"),
  controlUrl: controlUrl.href,
  tenantUrl: outer.TEST_TENANT_URL,
  adminUrl: outer.TEST_ADMIN_URL,
  /** The worker's program, in one file. */
  worker: outer.TEST_WORKER,
};

// A test file's own environment: a control plane (which `givenControlPlane` makes) and folders. Our code reads the
// environment on first use, which is after this.
Object.assign(process.env, {
  DATABASE_URL: testEnv.controlUrl,
  BACKUP_DIR: testEnv.backupDir,
  UPLOAD_DIR: testEnv.uploadDir,
  EXPORT_DIR: testEnv.exportDir,
  // Where servers of tests are.
  PRIVATE_HOSTS: "127.0.0.1",
});
mkdirSync(testEnv.tempDir, { recursive: true });

/** Sets what our code reads of the environment on first use. */
export const setEnvironment = (env: Record<string, string>) => void Object.assign(process.env, env);

/** The environment of a worker. */
export const workerEnvironment = (changes: Record<string, string>): NodeJS.ProcessEnv => ({
  ...process.env,
  TMPDIR: testEnv.tempDir,
  ...changes,
});

/** The environment of somebody who has nothing of ours. */
export const bareEnvironment = (changes: Record<string, string>): NodeJS.ProcessEnv => ({
  NODE_ENV: process.env.NODE_ENV,
  ...changes,
});

/** Puts this file's control plane at another address. To be called before it is used. */
export function moveControlPlane(url: string): void {
  testEnv.controlUrl = url;
  process.env.DATABASE_URL = url;
}

/** PATH with a folder in front of it. */
export const pathWith = (first: string) => [first, process.env.PATH].join(path.delimiter);
