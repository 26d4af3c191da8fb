import { expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { makeTenant } from "@/jobs/testing/tenant";
import { addPerson, call, givenApi } from "@/server/testing/api";

givenControlPlane();
givenApi({ EXPORTS_PER_MINUTE: "3" });

it("exports of rows count as exports, by whichever way", async () => {
  const { projectId } = await makeTenant();
  const as = await addPerson({ permissions: { [projectId]: ["export"] } });
  const body = { project_id: projectId };
  const ways = [
    () => call("POST /api/v1/export/full", { as, body }),
    () => call(`GET /api/v1/export/t1/download?project_id=${projectId}`, { as }),
    () => call("POST /api/v1/exports", { as, body }),
  ];
  for (const way of ways) expect((await way()).status).toBeLessThan(300);
  for (const way of ways) {
    const { status, headers } = await way();
    expect([status, Number(headers.get("retry-after"))]).toEqual([429, expect.any(Number)]);
  }
});
