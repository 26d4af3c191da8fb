import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { testEnv } from "@/jobs/testing/env";
import { type Tenant, unique } from "@/jobs/testing/tenant";
import { givenWorker } from "@/jobs/testing/worker-process";
import { addPerson, call, givenApi, type Person } from "@/server/testing/api";
import { driver, isAboutDestinations } from "@/server/testing/documented";
import { tenantWithPeople } from "@/server/testing/people";

givenControlPlane();
givenApi();
givenWorker();

describe("every operation about destinations answers as the document says", () => {
  let tenant: Tenant;
  let admin: Person;
  let ada: Person;
  let nobody: Person;
  const { check, expectAll } = driver();
  const folder = () => path.join(testEnv.folder, `vault-${unique()}`);
  let id = "";

  beforeAll(async () => {
    ({ tenant, ada, nobody } = await tenantWithPeople());
    admin = await addPerson({ role: "admin" });
  });

  it("as settings", async () => {
    const body = { name: `vault ${unique()}`, kind: "local", folder: folder() };
    const made = await check("addDestination", call("POST /api/v1/destinations", { as: admin, body }));
    expect(made.status).toBe(201);
    id = (made.body as { id: string }).id;
    const at = `/api/v1/destinations/${id}`;
    const statuses = [
      await check("addDestination", call("POST /api/v1/destinations", { as: admin, body })),
      await check("addDestination", call("POST /api/v1/destinations", { as: admin, body: { ...body, kind: "s3" } })),
      await check("addDestination", call("POST /api/v1/destinations", { as: ada, body })),
      await check("listDestinations", call("GET /api/v1/destinations", { as: admin })),
      await check("listDestinations", call("GET /api/v1/destinations", { as: ada })),
      await check("listDestinations", call("GET /api/v1/destinations")),
      await check(
        "testDestination",
        call("POST /api/v1/destinations/test", { as: admin, body: { destination_id: id } }),
      ),
      await check(
        "testDestination",
        call("POST /api/v1/destinations/test", { as: admin, body: { kind: "local", folder: "/dev/null/x" } }),
      ),
      await check("changeDestination", call(`POST ${at}`, { as: admin, body: { is_default: false } })),
      await check("changeDestination", call(`POST ${at}`, { as: admin, body: {} })),
      await check(
        "changeDestination",
        call(`POST /api/v1/destinations/${tenant.projectId}`, { as: admin, body: { is_default: true } }),
      ),
      await check("readDestination", call(`GET ${at}`, { as: admin })),
      await check("readDestination", call(`GET ${at}`, { as: ada })),
      await check("readDestination", call(`GET /api/v1/destinations/${tenant.projectId}`, { as: admin })),
      await check("listDestinationChoices", call("GET /api/v1/destinations/choices", { as: ada })),
      await check("listDestinationChoices", call("GET /api/v1/destinations/choices")),
      await check("checkDestination", call(`POST ${at}/check`, { as: admin })),
      await check("getDestinationUse", call(`GET ${at}/use`, { as: admin })),
      await check("getDestinationUse", call(`GET /api/v1/destinations/no-uuid/use`, { as: admin })),
    ].map(({ status }) => status);
    expect(statuses).toEqual([
      409, 400, 403, 200, 403, 401, 200, 422, 200, 400, 404, 200, 403, 404, 200, 401, 200, 200, 400,
    ]);
  });

  it("as copies", async () => {
    const made = await call("POST /api/v1/backups/create", {
      as: ada,
      headers: { Prefer: "wait=60" },
      body: { project_id: tenant.projectId },
    });
    const at = `/api/v1/backups/${(made.body as { backup_id: string }).backup_id}`;
    const wait = { as: ada, headers: { Prefer: "wait=60" } };
    const body = { destination_id: id };
    const statuses = [
      await check("copyBackup", call(`POST ${at}/copies`, { ...wait, body })),
      await check("copyBackup", call(`POST ${at}/copies`, { ...wait, body })),
      await check("copyBackup", call(`POST ${at}/copies`, { as: ada, body: { destination_id: tenant.projectId } })),
      await check("copyBackup", call(`POST ${at}/copies`, { as: nobody, body })),
      await check("listCopies", call(`GET ${at}/copies`, { as: ada })),
      await check("listCopies", call(`GET ${at}/copies`, { as: nobody })),
      await check("listLostCopies", call("GET /api/v1/copies/lost", { as: ada })),
      await check("listLostCopies", call("GET /api/v1/copies/lost")),
      await check("verifyCopy", call(`POST ${at}/copies/${id}/verify`, wait)),
      await check("verifyCopy", call(`POST ${at}/copies/${tenant.projectId}/verify`, wait)),
      await check("createCopyLink", call(`POST ${at}/copies/${id}/link`, { as: ada })),
      await check("createCopyLink", call(`POST ${at}/copies/${tenant.projectId}/link`, { as: ada })),
      await check("giveUpFile", call(`POST ${at}/give-up-file`, { as: ada })),
      await check("removeCopy", call(`DELETE ${at}/copies/${id}`, { as: ada })),
      await check("fetchBackup", call(`POST ${at}/copies/${id}/fetch`, wait)),
      await check("fetchBackup", call(`POST ${at}/copies/no-uuid/fetch`, wait)),
      await check("removeCopy", call(`DELETE ${at}/copies/${id}`, { as: ada })),
      await check("removeCopy", call(`DELETE ${at}/copies/${id}`, { as: ada })),
      await check("giveUpFile", call(`POST ${at}/give-up-file`, { as: ada })),
    ].map(({ status }) => status);
    expect(statuses).toEqual([
      202, 409, 404, 404, 200, 404, 200, 401, 202, 404, 200, 404, 204, 409, 202, 400, 204, 404, 409,
    ]);
  });

  it("as its end", async () => {
    expect(
      (await check("removeDestination", call(`DELETE /api/v1/destinations/${id}?forget_copies=true`, { as: admin })))
        .status,
    ).toBe(204);
    expect((await check("removeDestination", call(`DELETE /api/v1/destinations/${id}`, { as: admin }))).status).toBe(
      404,
    );
  });

  it("and none was left out", () => expectAll(isAboutDestinations));
});
