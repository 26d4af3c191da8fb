import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { backupsOf, jobAtEnd, jobWhen, startExport } from "@/jobs/testing/export-job";
import { leftovers, nothing } from "@/jobs/testing/leftovers";
import { type SecondServer, secondServer } from "@/jobs/testing/server";
import { heldCompressor } from "@/jobs/testing/stand-in";
import { large, makeTenant, sessions } from "@/jobs/testing/tenant";
import { startWorkerProcess } from "@/jobs/testing/worker-process";

givenControlPlane();
let server: SecondServer;
beforeAll(async () => {
  server = await secondServer();
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe("when the tenant's server is", () => {
  it.each([
    ["restarted", "fast"],
    ["killed and started again", "immediate"],
  ] as const)(
    "%s in the middle of a dump, the job is tried again, and nothing is left of the first try",
    async (_, mode) => {
      const tenant = await makeTenant({ ...large, url: server.tenantsUrl });
      const gate = await heldCompressor();
      await using _worker = await startWorkerProcess(gate.env);
      const id = await startExport(tenant, { format: "custom" });
      await jobWhen(id, (job) => job.currentTable);
      await server.down(mode);
      await gate.open();
      const between = await jobWhen(id, (job) => job.status === "pending");
      expect(between).toMatchObject({ errorCode: "connection_lost", attempts: 1, failure: { willRetry: true } });
      expect((await leftovers(id)).unfinished).toEqual([]);
      await server.up();
      expect(await jobAtEnd(id)).toMatchObject({ status: "completed", attempts: 2, errorCode: null });
      expect(await backupsOf(id)).toHaveLength(1);
      expect(await leftovers(id, sessions(server.adminUrl))).toEqual(nothing);
    },
  );

  it("away for longer, every attempt says so, and the last one is the end", async () => {
    const tenant = await makeTenant({ url: server.tenantsUrl });
    await server.down();
    await using _worker = await startWorkerProcess();
    const id = await startExport(tenant, { format: "custom" });
    const first = await jobWhen(id, (job) => job.attempts === 1 && job.status === "pending");
    expect(first).toMatchObject({ errorCode: "database_unreachable", failure: { willRetry: true } });
    expect(await jobAtEnd(id)).toMatchObject({ status: "failed", errorCode: "database_unreachable", attempts: 3 });
    await server.up();
  });
});
