import { controlPlane } from "@/db/client";
import { log } from "@/db/log";
import { survivesRejection } from "@/jobs/worker/keep-running";
import { startWorker } from "@/jobs/worker/worker";

process.on("unhandledRejection", (error) => {
  log[survivesRejection(error) ? "warn" : "fatal"]({ error }, "unhandled rejection");
  if (!survivesRejection(error)) process.exit(1);
});

const worker = await startWorker();
let stopping = false;

async function stop() {
  if (stopping) return;
  stopping = true;
  // Running jobs are given back within seconds; a hanging server must not keep the process for ever.
  setTimeout(() => process.exit(1), 14_000).unref();
  await worker.stop();
  await controlPlane().end();
  process.exit(0);
}

process.once("SIGTERM", stop);
process.once("SIGINT", stop);
// The supervisor is gone, however that happened.
process.once("disconnect", stop);
process.send?.({ type: "ready" });
