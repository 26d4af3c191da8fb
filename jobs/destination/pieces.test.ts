import { expect, it } from "vitest";
import { untilAborted } from "@/jobs/destination/pieces";

it("keeps no piece that was passed on", async () => {
  const MiB = 1024 * 1024;
  async function* fresh() {
    for (let i = 0; i < 600; i++) yield Buffer.alloc(MiB, 1);
  }
  let most = 0;
  for await (const piece of untilAborted(fresh(), new AbortController().signal)) {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    expect(piece.length).toBe(MiB);
  }
  expect(most).toBeLessThan(300 * MiB);
});
