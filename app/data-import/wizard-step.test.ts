import { expect, it } from "vitest";
import { hrefOf, type Place, placeOf, type Step } from "@/app/data-import/wizard-step";

const [fileId, checkId, runId] = ["1", "2", "3"].map((digit) => `${digit.repeat(8)}-1111-4111-8111-111111111111`);
const place = (step: Step, known: Partial<Place> = {}): Place => ({
  step,
  fileId: null,
  checkId: null,
  runId: null,
  ...known,
});

it.each([
  place("file"),
  place("columns", { fileId }),
  place("columns", { fileId, checkId }),
  place("check", { fileId, checkId }),
  place("import", { fileId, checkId }),
  place("result", { fileId, checkId, runId }),
])("a reload comes back to $step", (here) => {
  expect(placeOf(new URLSearchParams(hrefOf(here)))).toEqual(here);
});

it("the way back to the file forgets the file", () => {
  expect(hrefOf(place("file", { fileId, checkId }))).toBe("?");
});

it.each([
  ["file=nonsense", "file"],
  ["step=import", "file"],
  [`file=${fileId}&step=import`, "columns"],
  [`check=${checkId}&step=columns`, "check"],
  [`import=${runId}&step=columns`, "result"],
])("an address that lacks what its step needs is the step before: %s", (query, step) => {
  expect(placeOf(new URLSearchParams(query)).step).toBe(step);
});
