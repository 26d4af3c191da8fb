import { readdir } from "node:fs/promises";
import path from "node:path";
import { openDestination } from "@/jobs/destination/open";
import { put } from "@/jobs/testing/put";

// A process of its own that puts a file into a folder, as its argument says, and tells how that has ended.
const asked = JSON.parse(process.argv[2] ?? "") as { folder: string; bytes: number; isTold: boolean; uid?: number };
if (asked.uid !== undefined) process.setuid?.(asked.uid);

async function work() {
  const destination = openDestination({ kind: "local", folder: asked.folder });
  await destination.prepare();
  await put(destination, "a.dump", { bytes: Buffer.alloc(asked.bytes), ...(!asked.isTold && { sizeBytes: null }) });
  return "none";
}

const ended = await work().catch((error) => error.failure ?? { message: String(error) });
const entries = await readdir(asked.folder, { recursive: true, withFileTypes: true }).catch(() => []);
const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
process.stdout.write(JSON.stringify({ ended, files }));
