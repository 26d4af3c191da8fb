import { expect, it } from "vitest";
import { readScheduleForm } from "@/app/schedule/schedule-form";

function formOf(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  return data;
}

const common = { name: " nightly ", cron: "0 2 * * *", timeZone: "Europe/Berlin", projectId: "acme", pattern: "*" };

it("reads a schedule of one project, without what was left empty", () => {
  expect(readScheduleForm(formOf({ ...common, scope: "project", spreadMinutes: "60", keepCount: "7" }))).toEqual({
    name: "nightly",
    projectId: "acme",
    pattern: null,
    cron: "0 2 * * *",
    timeZone: "Europe/Berlin",
    spreadSeconds: 0,
    options: {
      format: "custom",
      compress: true,
      compression: "gzip",
      tags: [],
      storagePath: undefined,
    },
    retention: null,
    verifyEvery: null,
    verifyLevel: "restore",
  });
});

it("asks for a mail where there is a field for it, and leaves it as it was where there is none", () => {
  const optionsOf = (fields: Record<string, string>) => readScheduleForm(formOf({ ...common, ...fields })).options;
  expect(optionsOf({ notifyEmail: " ops@example.org " })).toMatchObject({ notifyEmail: "ops@example.org" });
  const before = { notifyEmail: "ops@example.org" };
  expect({ ...before, ...optionsOf({}) }).toMatchObject(before);
  expect({ ...before, ...optionsOf({ notifyEmail: "" }) }).toMatchObject({ notifyEmail: undefined });
});

it("leaves encryption and destinations as they were where it could not ask", () => {
  const before = { encrypt: true, destinations: ["a"] };
  const optionsOf = (fields: Record<string, string>) => ({
    ...before,
    ...readScheduleForm(formOf({ ...common, ...fields })).options,
  });
  expect(optionsOf({})).toMatchObject(before);
  expect(optionsOf({ asksEncrypt: "yes", asksDestinations: "yes" })).toMatchObject({
    encrypt: false,
    destinations: [],
  });
});

it("reads one of a pattern, with its spread, its policy and its proofs", () => {
  const fields = {
    scope: "pattern",
    spreadMinutes: "90",
    cleansUp: "on",
    keepCount: "7",
    verifyEvery: "3",
    verifyLevel: "archive",
    asksEncrypt: "yes",
    encrypt: "on",
  };
  expect(readScheduleForm(formOf({ ...common, ...fields }))).toMatchObject({
    projectId: null,
    pattern: "*",
    spreadSeconds: 5400,
    options: { encrypt: true },
    retention: { keepCount: 7 },
    verifyEvery: 3,
    verifyLevel: "archive",
  });
});
