import { readdir } from "node:fs/promises";
import { scriptOf, targetDatabase } from "@/jobs/testing/dump-import";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";
import { call, type Person } from "@/server/testing/api";

export const binary = { "Content-Type": "application/octet-stream" };

/** A script with one row, whose body is not ASCII. */
export const dump = scriptOf("COPY stranger.t (id, body) FROM stdin;\n1\tä\n\\.\n");

export const upload = (as: Person | undefined, body: string, query = "") =>
  call(`POST /api/v1/dumps${query}`, { as, body, headers: binary });

/** What lies where uploads end. */
export const files = () => readdir(testEnv.uploadDir);

/** What a dump is to become: a project of a name that nobody has. */
export async function wishFor() {
  const slug = `rest-${unique()}`;
  return { slug, name: slug, schema_name: slug, database_id: await targetDatabase() };
}
