import { codeOf, messageOf } from "@/db/errors";
import { refused, unavailable } from "@/jobs/destination/problem";
import { isBroken, isUntrusted } from "@/jobs/destination/retry";

const where: Record<string, string> = {
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name cannot be looked up",
  ECONNREFUSED: "nothing answers at its address",
};

/** What stood in the way of reaching a server, for people; undefined when it was something else. `host` names it without secrets. */
export function unreachable(error: unknown, host: string): Error | undefined {
  const code = codeOf(error) ?? "";
  if (code === "EPRIVATE") return refused(messageOf(error));
  if (isUntrusted(error)) {
    return refused(
      `The certificate of ${host} is not trusted (${code}).`,
      "Give it one, or trust it with NODE_EXTRA_CA_CERTS.",
    );
  }
  if (!isBroken(error)) return undefined;
  // The AWS SDK calls a reset connection a timeout too: those have a code.
  if (code === "ETIMEDOUT" || (code === "" && error instanceof Error && /Timeout/.test(error.name)))
    return unavailable(`Nothing was heard from ${host} for too long.`);
  if (where[code]) return unavailable(`${host} cannot be reached: ${where[code]}.`);
  return unavailable(`The connection to ${host} was lost${code && ` (${code})`}.`);
}
