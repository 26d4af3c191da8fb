import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { alternate } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { bundleProcesses, root } from "@/bin/build";
import type { S3Settings } from "@/db/schema";
import { openDestination } from "@/jobs/destination/open";

/** A bucket of s3rver, in a process of its own: its memory is not ours. */
async function startBucket(folder: string) {
  const port = await freePort();
  const program = path.join(root, "node_modules/s3rver/bin/s3rver.js");
  const args = [
    program,
    "-d",
    folder,
    "-a",
    "127.0.0.1",
    "-p",
    String(port),
    "--silent",
    "--configure-bucket",
    "bench",
  ];
  const server = spawn(process.execPath, args, { stdio: "ignore" });
  const settings: S3Settings = {
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    bucket: "bench",
    prefix: "",
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
    pathStyle: true,
  };
  // Until it listens it is asked again.
  await openDestination({ kind: "s3", ...settings }).size({ name: "nothing", sizeBytes: 0, locator: null });
  return {
    settings,
    async stop() {
      server.kill("SIGKILL");
      await once(server, "exit");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address ? address.port : 0;
}

async function writeRandom(file: string, megabytes: number): Promise<void> {
  await using handle = await open(file, "wx");
  for (let i = 0; i < megabytes; i++) await handle.write(randomBytes(1_000_000));
}

/** Uploads a file to the same server as the AWS SDK's own `Upload` does it. */
async function benchUpload(settings: S3Settings, megabytes: number, rounds: number): Promise<Row> {
  const folder = await mkdtemp(path.join(tmpdir(), "coffer-bench-"));
  const file = path.join(folder, "file");
  await writeRandom(file, megabytes);
  const sizeBytes = megabytes * 1_000_000;
  const signal = new AbortController().signal;
  const destination = openDestination({ kind: "s3", ...settings });
  const { accessKeyId, secretAccessKey, region, endpoint } = settings;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ region, endpoint: endpoint ?? "", forcePathStyle: true, credentials });
  const remove = (name: string) => destination.remove({ name, sizeBytes, locator: null });
  const bytes = () => createReadStream(file, { highWaterMark: 1024 * 1024 });
  try {
    const ms = await alternate(rounds, {
      ours: {
        work: () => destination.put("ours", bytes(), { signal, sizeBytes }),
        after: () => remove("ours"),
      },
      peer: {
        work: () => new Upload({ client, params: { Bucket: settings.bucket, Key: "peer", Body: bytes() } }).done(),
        after: () => remove("peer"),
      },
    });
    return {
      what: `upload of ${megabytes} MB to S3 (s3rver), against the AWS SDK's lib-storage alone: its speed`,
      ours: seconds(ms.ours),
      peer: seconds(ms.peer),
      result: ms.peer / ms.ours,
      unit: "",
      target: { atLeast: 0.9 },
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The most memory that a fresh process takes to put so much into a bucket. */
async function benchPeak(settings: S3Settings, megabytes: number): Promise<Row[]> {
  const bundles = path.join(root, "node_modules/.cache/coffer-bench");
  await bundleProcesses(["bench/put-object.ts"], bundles);
  const program = path.join(bundles, "put-object.js");
  const peak = async (size: number) => {
    const asked = JSON.stringify({ settings, megabytes: size });
    const { stdout } = await promisify(execFile)(process.execPath, [program, asked]);
    return Number(stdout);
  };
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
  const one = await peak(megabytes);
  const five = await peak(megabytes * 5);
  await rm(bundles, { recursive: true });
  return [
    {
      what: `peak memory of a process that puts ${megabytes} MB into S3`,
      ours: mb(one),
      peer: "",
      result: one / 1e6,
      unit: "MB",
      target: { atMost: 256 },
    },
    {
      what: `the same, ${megabytes * 5} MB against ${megabytes} MB`,
      ours: mb(five),
      peer: mb(one),
      result: five / one,
      unit: "",
      // V8 lets its young generation grow by steps, up to a bound, the longer a process is at work.
      target: { atMost: 1.25 },
    },
  ];
}

export async function benchDestination(rounds: number, megabytes: number): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), "coffer-bench-s3-"));
  // Nobody else is to be reached.
  process.env.PRIVATE_HOSTS = "127.0.0.1";
  const bucket = await startBucket(folder);
  try {
    return [await benchUpload(bucket.settings, megabytes, rounds), ...(await benchPeak(bucket.settings, megabytes))];
  } finally {
    await bucket.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
