import { createHash, randomUUID } from "node:crypto";
import path from "node:path";
import { type Manifest, parseManifest } from "@/jobs/archive/manifest";
import { homeFolder } from "@/jobs/home/folder";
import { testEnv } from "@/jobs/testing/env";
import type { Tenant } from "@/jobs/testing/tenant";

export const home = () => homeFolder(testEnv.backupDir);

export type Made = {
  job: { id: string; fence: number };
  name: string;
  bytes?: string;
  project?: Partial<Manifest["project"]>;
};

/** Publishes a file as an attempt of an export does, and lists it nowhere. Gives the path that it got. */
export async function publishFile(tenant: Tenant, { job, name, bytes = "whole", project }: Made): Promise<string> {
  await using staged = await home().stage({ jobId: randomUUID(), fence: 1 });
  await staged.write(Buffer.from(bytes));
  const manifestOf = (given: string): Manifest => ({
    manifestVersion: 1,
    job: { id: job.id, fence: job.fence },
    project: {
      id: tenant.projectId,
      slug: tenant.slug,
      name: tenant.slug,
      schema: tenant.schema,
      database: "tenants",
      ...project,
    },
    file: {
      name: path.posix.basename(given),
      format: "sql",
      compression: "gzip",
      encryption: null,
      sizeBytes: bytes.length,
      originalBytes: 10 * bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      dump: null,
    },
    snapshotAt: "2026-01-29T15:30:07.891Z",
    serverVersion: "15",
    clientVersion: "15",
    schemaVersion: "v",
    tables: [{ name: "t1", kind: "table", rows: 7, bytes: 10, fingerprint: null }],
    sequences: [],
    extensions: [],
    outsideDependencies: [],
  });
  return await staged.publish(`${tenant.slug}/${name}`, (given) => JSON.stringify(manifestOf(given)));
}

/** The manifest beside a published file. Throws when there is none. */
export async function manifestBeside(file: string): Promise<Manifest> {
  const manifest = parseManifest(await home().readSidecar(file));
  if (!manifest) throw new Error(`no manifest beside ${file}`);
  return manifest;
}
