import { writeFile } from "node:fs/promises";
import path from "node:path";
import { root } from "@/bin/build";
import { run } from "@/bin/run";
import { openApiDocument } from "@/server/rest/openapi";

// Writes the API's document where people who do not run Coffer can read it. A test tells when it has to be run again.
const file = path.join(root, "docs/openapi.json");
await writeFile(file, `${JSON.stringify(openApiDocument("http://localhost:3000"), null, 2)}\n`);
await run(process.execPath, [path.join(root, "node_modules/@biomejs/biome/bin/biome"), "format", "--write", file], { cwd: root });
