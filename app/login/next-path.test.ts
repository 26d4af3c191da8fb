import { describe, expect, test } from "vitest";
import { loginPath, safeNextPath } from "@/app/login/next-path";

describe("the path after sign-in", () => {
  test("is the one that was asked for, with its query", () => {
    expect(safeNextPath("/projects/acme?job=1")).toBe("/projects/acme?job=1");
  });

  test.each([
    null,
    "",
    "projects",
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "/\t/evil.example",
    "/login?next=/",
    "javascript:alert(1)",
  ])("is the overview for %j", (next) => expect(safeNextPath(next)).toBe("/"));

  test("is named in the address of the sign-in page", () => {
    expect(loginPath("/projects?q=a b")).toBe("/login?next=%2Fprojects%3Fq%3Da%2520b");
    expect(loginPath("/")).toBe("/login");
  });
});
