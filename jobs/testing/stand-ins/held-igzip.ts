import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip } from "node:zlib";

// Stands in for igzip: takes nothing from stdin while the file `gate` is not there. pg_dump in front of it then really
// is in the middle of a dump, for as long as a test wants. A number in the file is a pause in ms after each piece.
const [gate = "", ...args] = process.argv.slice(2);

if (args.includes("--version")) process.exit(0);
if (args.includes("-d")) process.exit(spawnSync("gzip", args, { stdio: "inherit" }).status ?? 1);

const gzip = createGzip({ level: 1 });
gzip.pipe(process.stdout);
for await (const chunk of process.stdin) {
  while (!existsSync(gate)) await delay(20);
  gzip.write(chunk);
  await delay(Number(readFileSync(gate, "utf8")));
}
gzip.end();
