import { expect, test } from "vitest";
import { readDescribeForm } from "@/app/backup/describe-form";
import { parseTags } from "@/app/backup/tags";

const before = { description: "nightly", tags: ["a", "b"] };

function read(description: string, tags: string) {
  const data = new FormData();
  data.set("description", description);
  data.set("tags", tags);
  return readDescribeForm(data, before);
}

test("tags are cleaned, and each is there once", () => {
  expect(parseTags(" shop, before  release,,shop ")).toEqual(["shop", "before release"]);
  expect(parseTags("")).toEqual([]);
});

test("a form that changes nothing says so", () => {
  expect(read(" nightly ", "a,b,a")).toBeNull();
});

test("only what has changed is sent", () => {
  expect(read("before the move", "a, b")).toEqual({ description: "before the move" });
  expect(read("nightly", "b, a")).toEqual({ tags: ["b", "a"] });
});

test("what is emptied is taken away", () => {
  expect(read("", "")).toEqual({ description: null, tags: [] });
});
