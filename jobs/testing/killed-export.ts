import { blocking, waitingForLock } from "@/jobs/testing/blocking";
import { testEnv } from "@/jobs/testing/env";
import { startExport } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { inMidDump, published } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { sessions, type Tenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

/** Starts an export of a tenant that is `large`, whose worker is killed in the middle of its dump. Gives the job's id, which waits for another worker. */
export async function killedInMidDump(tenant: Tenant, options: object): Promise<string> {
  const gate = await heldCompressor();
  await using victim = await startWorkerProcess(gate.env);
  const id = await startExport(tenant, { ...options });
  await inMidDump(id);
  victim.signal("SIGKILL");
  await victim.exited;
  await reapNow(id);
  return id;
}

/** The same for a worker that is killed when the file is published, and is not listed yet. */
export async function killedBeforeRow(tenant: Tenant, options: object): Promise<string> {
  await using victim = await startWorkerProcess();
  await using lock = await blocking(testEnv.controlUrl, "lock table control_plane.backups in share mode");
  const known = (await published()).length;
  const id = await startExport(tenant, { ...options });
  await waitFor(async () => (await published()).length === known + 2, { what: "a file without a row" });
  await waitingForLock("coffer", sessions(testEnv.controlUrl));
  victim.signal("SIGKILL");
  await victim.exited;
  await lock.commit();
  await reapNow(id);
  return id;
}
