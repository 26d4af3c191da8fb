import { expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { reapNow } from "@/jobs/testing/lease";
import { leftovers, nothing, published } from "@/jobs/testing/leftovers";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant } from "@/jobs/testing/tenant";
import { waitFor } from "@/jobs/testing/wait";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

it("a worker that sleeps past its lease is replaced, does no harm when it wakes up, and stays usable", async () => {
  const tenant = await makeTenant(large);
  const gate = await heldCompressor();
  await using sleeper = await startWorkerProcess(gate.env);
  const id = await startExport(tenant, { format: "custom" });
  await jobWhen(id, (job) => job.currentTable);
  sleeper.signal("SIGSTOP");
  {
    await using other = await startWorkerProcess();
    await reapNow(id);
    const done = await jobAtEnd(id);
    expect(done).toMatchObject({ status: "completed", attempts: 2, fence: 2 });
    const files = await published();
    const listed = await backupsOf(id);
    expect(listed).toHaveLength(1);

    await gate.open();
    sleeper.signal("SIGCONT");
    await waitFor(() => sleeper.log().includes("job ended early"), { what: "the end of the old attempt" });
    expect(await jobOf(id)).toEqual(done);
    expect(await backupsOf(id)).toEqual(listed);
    expect(await published()).toEqual(files);
    expect(await leftovers()).toEqual(nothing);
    other.signal("SIGTERM");
    await other.exited;
  }
  const next = await startExport(tenant, { format: "custom" });
  expect(await jobAtEnd(next)).toMatchObject({ status: "completed", errorMessage: null, attempts: 1 });
  sleeper.signal("SIGTERM");
  expect(await sleeper.exited).toEqual({ code: 0, signal: null });
});
