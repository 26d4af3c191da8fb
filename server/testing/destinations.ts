import path from "node:path";
import { beforeAll, expect } from "vitest";
import { testEnv } from "@/jobs/testing/env";
import { unique } from "@/jobs/testing/tenant";
import { addPerson, call, type Person } from "@/server/testing/api";

const given = {} as { admin: Person };

/** An administrator, in whose name destinations are set up in all tests of a file. */
export function givenAdmin(): void {
  beforeAll(async () => {
    given.admin = await addPerson({ role: "admin" });
  });
}

export const newFolder = () => path.join(testEnv.folder, `destination-${unique()}`);
export const ask = (what: string, body?: unknown, as = given.admin) => call(what, { as, body });

/** A folder that is set up as a destination. */
export async function added(fields: Record<string, unknown> = {}) {
  const name = `nas ${unique()}`;
  const made = { name, kind: "local", folder: newFolder(), ...fields };
  const { status, body } = await ask("POST /api/v1/destinations", made);
  expect([status, body]).toEqual([201, expect.anything()]);
  return { ...made, id: (body as { id: string }).id, body };
}
