import { writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "@/bin/build";
import { mustRun } from "@/bin/run";
import { openApiDocument } from "@/server/rest/openapi";

// Writes the API's document where people who do not run Coffer can read it, and the types of a client made from it, as its
// users make them. Tests tell when it has to be run again.
const file = path.join(root, "docs/openapi.json");
const client = path.join(root, "e2e/rest-client");
const node = (args: string[]) => mustRun(process.execPath, args, { cwd: root });

await writeFile(file, `${JSON.stringify(openApiDocument("http://localhost:3000"), null, 2)}\n`);
await node([path.join(root, "node_modules/@biomejs/biome/bin/biome"), "format", "--write", file]);
await node([
  path.join(client, "node_modules/openapi-typescript/bin/cli.js"),
  file,
  "--output",
  path.join(client, "schema.d.ts"),
]);
