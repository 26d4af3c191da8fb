import { describe, expect, test } from "vitest";
import { actionWords, actorWords, isRefusal, subjectWords } from "@/app/audit/audit-words";

const id = "0b9d2c1e-7a53-4f0a-9d1e-6f2f6a1c9e10";

describe("an audit event in words", () => {
  test.each([
    ["backup.downloaded", "Downloaded a backup"],
    ["schedule.run_missed", "Schedule: run missed"],
    ["constructor", "Constructor"],
  ])("%s is %s", (action, words) => expect(actionWords(action)).toBe(words));

  test("tells what was refused", () => {
    expect(["sign_in.refused", "access.refused", "sign_in.succeeded"].map(isRefusal)).toEqual([true, true, false]);
  });

  test("names who did it: somebody, nobody that is known, or Coffer of its own accord", () => {
    const byItself = { actorEmail: null, address: null, requestId: null };
    expect(actorWords(byItself)).toBe("Coffer");
    expect(actorWords({ ...byItself, address: "127.0.0.1", requestId: "r" })).toBe("Nobody signed in");
    expect(actorWords({ ...byItself, actorEmail: "ann@example.org" })).toBe("ann@example.org");
  });

  test("names its subject as people know it, else by its id", () => {
    const subject = { subjectKind: "user", subjectId: id, actorId: null, details: null };
    expect(subjectWords({ ...subject, actorId: id, details: { email: "ann@example.org" } })).toBe("Own account");
    expect(subjectWords({ ...subject, details: { email: "ann@example.org" } })).toBe("ann@example.org");
    expect(subjectWords({ ...subject, subjectKind: "job" })).toBe("job 0b9d2c1e");
    expect(subjectWords({ ...subject, subjectKind: "procedure", subjectId: "member.set" })).toBe("member.set");
  });
});
