import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { exportAndDownload, useToken } from "@/e2e/rest-client/flows";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, api, givenApi } from "@/server/testing/api";

givenControlPlane();
givenApi();
givenWorker();

const client = path.resolve("e2e/rest-client");

it("a client that openapi-typescript makes from the document is the one that is committed", async () => {
  const made = path.join(testEnv.folder, "schema.d.ts");
  const cli = path.join(client, "node_modules/openapi-typescript/bin/cli.js");
  await promisify(execFile)(process.execPath, [cli, "docs/openapi.json", "--output", made]);
  expect(await readFile(made, "utf8")).toBe(await readFile(path.join(client, "schema.d.ts"), "utf8"));
});

it("such a client signs in, exports, waits, downloads, and makes tokens", async () => {
  const { projectId } = await registerTenant(await makeSchema());
  const { email, password } = await addPerson({ permissions: { [projectId]: ["export"] } });
  const flow = { baseUrl: api.url, email, password, projectId };
  const { status, backup, bytes } = await exportAndDownload(flow);
  expect([status, backup.total_records, backup.tags]).toEqual(["completed", 300, ["client"]]);
  expect(
    createHash("sha256")
      .update(Buffer.from(bytes as ArrayBuffer))
      .digest("hex"),
  ).toBe(backup.checksum);
  expect(await useToken(flow)).toEqual({ before: 200, after: "UNAUTHENTICATED" });
});
