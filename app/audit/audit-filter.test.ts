import { describe, expect, test } from "vitest";
import { auditCsvHref, auditInput, isFiltered, namesDays, noFilter, readAuditFilter } from "@/app/audit/audit-filter";

const read = (query: string) => readAuditFilter(new URLSearchParams(query));

describe("the filter of the audit", () => {
  test("is what the address names", () => {
    const filter = read("action=sign_in.&actor=ann%40example.org&project=acme&from=2026-01-02&until=2026-01-31");
    expect(filter).toEqual({
      action: "sign_in.",
      actor: "ann@example.org",
      project: "acme",
      from: "2026-01-02",
      until: "2026-01-31",
    });
    expect([isFiltered(filter), namesDays(filter)]).toEqual([true, true]);
  });

  test.each([
    "action=DROP%20TABLE",
    "project=../x",
    "from=yesterday",
    "from=2026-02-30",
    "from=0002-01-01",
    "until=2026-13-01",
    "actor=",
    "else=1",
  ])("leaves out %s", (query) => {
    expect(read(query)).toEqual(noFilter);
    expect(isFiltered(read(query))).toBe(false);
  });

  test("asks from the first moment of the first day up to the end of the last one, in the reader's zone", () => {
    const { from, until } = auditInput(read("from=2026-01-31&until=2026-01-31"));
    expect(from).toBe(new Date(2026, 0, 31).toISOString());
    expect(until).toBe(new Date(2026, 1, 1).toISOString());
  });

  test("finds the same events in the download", () => {
    expect(auditCsvHref(noFilter)).toBe("/api/v1/audit.csv");
    expect(auditCsvHref(read("action=token.&actor=a%26b&project=acme"))).toBe(
      "/api/v1/audit.csv?action=token.&actor=a%26b&projectId=acme",
    );
  });
});
