import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createGzip } from "node:zlib";

// Stands in for igzip: takes only so many bytes a second from stdin, and only so many in all, as the file `pace` says, or
// `usual` as long as there is no such file. pg_dump in front of it then really is in the middle, for as long as a test wants.
const [pace = "", usual = ""] = process.argv.slice(2);

function readPace(): { rate: number; until: number } {
  let text = usual;
  try {
    text = readFileSync(pace, "utf8");
  } catch {
    // Nobody has said anything yet.
  }
  const [rate = 0, until = 0] = text.split(" ").map(Number);
  return { rate, until };
}

const fastest = Number.POSITIVE_INFINITY;
const chunkBytes = 65_536;

const gzip = createGzip({ level: 1 });
gzip.pipe(process.stdout);
let taken = 0;
let allowance = 0;
let since = performance.now();

/** Waits until the pace allows for more. */
async function waitForTurn(): Promise<void> {
  for (;;) {
    const { rate, until } = readPace();
    const now = performance.now();
    // A quarter of a second's worth is the most that is saved up.
    allowance = rate < fastest ? Math.min(allowance + (rate * (now - since)) / 1000, rate / 4) : chunkBytes;
    since = now;
    if (taken < until && allowance > 0) return;
    await delay(20);
  }
}

for await (const chunk of process.stdin) {
  await waitForTurn();
  taken += chunk.length;
  allowance -= chunk.length;
  if (!gzip.write(chunk)) await once(gzip, "drain");
}
gzip.end();
