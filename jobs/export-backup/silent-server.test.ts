import { describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { cancelExport, jobAtEnd, jobOf, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, published } from "@/jobs/testing/leftovers";
import { silentServer } from "@/jobs/testing/silent-server";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { connectionOf, largeBehindProxy, makeSchema, registerTenant } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();

describe("a server that does not answer any more", () => {
  it("cannot keep a job from being cancelled: the receipt says what could not be proved", async () => {
    await using server = await silentServer(testEnv.tenantUrl);
    const schema = await makeSchema(largeBehindProxy);
    const tenant = await registerTenant({ ...schema, connection: connectionOf(server.url) });
    const gate = await heldCompressor();
    await using _worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentTable);
    server.fallSilent();
    await gate.open();
    await cancelExport(id);
    expect(await jobAtEnd(id)).toMatchObject({
      status: "cancelled",
      cancelReceipt: { processEndedAt: expect.any(String), filesRemovedAt: expect.any(String), backendEndedAt: null },
    });
    expect(await leftovers(id)).toMatchObject({ processes: [], unfinished: [], temporary: [] });
    expect(await published()).toEqual([]);
  });

  it("cannot keep a worker from stopping", async () => {
    await using server = await silentServer(testEnv.tenantUrl);
    const schema = await makeSchema(largeBehindProxy);
    const tenant = await registerTenant({ ...schema, connection: connectionOf(server.url) });
    const gate = await heldCompressor();
    await using worker = await startWorkerProcess(gate.env);
    const id = await startExport(tenant, { format: "custom" });
    await jobWhen(id, (job) => job.currentTable);
    server.fallSilent();
    const asked = Date.now();
    worker.signal("SIGTERM");
    expect(await worker.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - asked).toBeLessThan(15_000);
    expect(await jobOf(id)).toMatchObject({ status: "pending", attempts: 0 });
  });
});
