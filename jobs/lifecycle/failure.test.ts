import { describe, expect, it } from "vitest";
import { failed, failureCodes, failureOf } from "@/jobs/lifecycle/failure";

const withCode = (code: string, message = "what the system said") => Object.assign(new Error(message), { code });

describe("the cause of a failure", () => {
  it("is the one that was given", () => {
    const failure = { code: "stalled", message: "It has not moved.", hint: "Look at it." } as const;
    expect(failureOf(failed(failure))).toEqual(failure);
  });

  it.each([
    ["ENOSPC", "disk_full"],
    ["EDQUOT", "disk_full"],
    ["EACCES", "destination_unwritable"],
    ["EROFS", "destination_unwritable"],
    ["EPERM", "destination_unwritable"],
    ["ENOTDIR", "destination_unwritable"],
    ["EIO", "destination_unwritable"],
    ["42501", "permission_denied"],
    ["28P01", "authentication_failed"],
    ["28000", "authentication_failed"],
    ["3D000", "database_unreachable"],
    ["55P03", "blocked_by_lock"],
    ["42P01", "schema_changed"],
    ["3F000", "schema_changed"],
    ["CERT_HAS_EXPIRED", "database_unreachable"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "database_unreachable"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "database_unreachable"],
    ["ECONNREFUSED", "database_unreachable"],
    ["ENOTFOUND", "database_unreachable"],
    ["CONNECT_TIMEOUT", "database_unreachable"],
    ["ECONNRESET", "connection_lost"],
    ["CONNECTION_CLOSED", "connection_lost"],
    ["57P01", "connection_lost"],
    ["57P03", "connection_lost"],
    ["08006", "connection_lost"],
    ["53300", "connection_lost"],
  ])("is read from the code %s: %s", (code, expected) => {
    expect(failureOf(withCode(code)).code).toBe(expected);
  });

  it("is read from the words where one code means two things", () => {
    expect(failureOf(withCode("53200", "out of shared memory")).code).toBe("too_many_tables");
    expect(failureOf(withCode("53200", "out of memory")).code).toBe("internal_error");
  });

  it("is found behind an error that only wraps it", () => {
    const wrapped = new Error("Failed query: select secret\nparams: hunter2", { cause: withCode("42501", "no right") });
    const failure = failureOf(wrapped);
    expect(failure.code).toBe("permission_denied");
    expect(failure.message).toBe("PostgreSQL refused: no right.");
  });

  it("keeps the words of what nobody foresaw to itself", () => {
    for (const unforeseen of [new Error("password=hunter2"), "hunter2", undefined, new TypeError("hunter2")]) {
      const failure = failureOf(unforeseen);
      expect(failure.code).toBe("internal_error");
      expect(JSON.stringify(failure)).not.toContain("hunter2");
    }
  });

  it("says of each code whether another attempt can cure it", () => {
    const cured = Object.entries(failureCodes).flatMap(([code, { retry }]) => (retry ? [code] : []));
    expect(cured.sort()).toEqual([
      "archive_invalid",
      "blocked_by_lock",
      "connection_lost",
      "database_unreachable",
      "destination_unavailable",
      "schema_changed",
      "stalled",
      "tool_killed",
      "worker_lost",
    ]);
  });
});
