import { jobsEnv } from "@/jobs/env";
import { failed } from "@/jobs/lifecycle/failure";
import { type PostgresTool, toolFor } from "@/jobs/postgres/tools";

/** The client programs for the server, or the reason why there are none. */
export async function requireTool(tool: PostgresTool, major: number): Promise<{ path: string; major: number }> {
  const choice = await toolFor(tool, major, { extraFolders: jobsEnv().pgBin });
  if ("missing" in choice) throw failed({ code: "tool_missing", message: choice.missing });
  return choice;
}
