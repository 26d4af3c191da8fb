import { failed } from "@/jobs/lifecycle/failure";
import { restoreFailure } from "@/jobs/postgres/pg-restore";
import type { Ending } from "@/jobs/postgres/spawn";

/** Why psql ended badly while rows were compared. */
export function psqlFailure(ending: Ending): Error {
  const failure = restoreFailure(ending);
  if (failure.code !== "restore_failed") return failed(failure);
  const said = /ERROR: +(.+)/.exec(ending.stderr.join("\n"))?.[1];
  const message = said
    ? `The rows could not be compared: ${said.replace(/\.$/, "")}.`
    : "The rows could not be compared.";
  return failed({ code: "tool_failed", message, toolOutput: ending.stderr });
}
