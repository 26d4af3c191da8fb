import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { S3Settings } from "@/db/schema";
import { testEnv } from "@/jobs/testing/env";

/** The package brings no types. */
type S3rver = { run(): Promise<AddressInfo>; close(): Promise<void> };
type S3rverConstructor = new (options: Record<string, unknown>) => S3rver;

/** s3rver, a server of somebody else's that knows the signatures but neither conditions nor the end of an upload. */
export async function startS3rver(): Promise<AsyncDisposable & { settings: S3Settings; directory: string }> {
  const { default: Server } = (await import("s3rver" as string)) as { default: S3rverConstructor };
  const directory = await mkdtemp(path.join(testEnv.folder, "s3rver-"));
  const server = new Server({ port: 0, silent: true, directory, configureBuckets: [{ name: "backups" }] });
  const { port } = await server.run();
  return {
    directory,
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: "us-east-1",
      bucket: "backups",
      prefix: "coffer/here",
      accessKeyId: "S3RVER",
      secretAccessKey: "S3RVER",
      pathStyle: true,
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
