import { readFile } from "node:fs/promises";
import type { S3Settings } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";

// A process of its own that puts so many megabytes into a bucket, and says what memory it took at most.
const { settings, megabytes } = JSON.parse(process.argv[2] ?? "") as { settings: S3Settings; megabytes: number };

async function* generated() {
  const piece = Buffer.alloc(1_000_000, "no byte of it matters");
  for (let i = 0; i < megabytes; i++) yield piece;
}

const destination = openDestination({ kind: "s3", ...settings });
const options = { signal: new AbortController().signal, sizeBytes: megabytes * 1_000_000 };
await destination.remove(await destination.put("generated", generated(), options));
const status = await readFile("/proc/self/status", "utf8");
process.stdout.write(String(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024));
