import { expect, test } from "vitest";
import { nextItem } from "@/app/ui/move-in-menu";

const labels = ["Download", "Copy curl command", "Copy sha256", "Details"];

test("arrows go around", () => {
  expect(nextItem(labels, 0, "ArrowDown")).toBe(1);
  expect(nextItem(labels, 3, "ArrowDown")).toBe(0);
  expect(nextItem(labels, 0, "ArrowUp")).toBe(3);
  expect(nextItem(labels, -1, "ArrowDown")).toBe(0);
  expect(nextItem(labels, -1, "ArrowUp")).toBe(3);
});

test("Home and End go to the ends", () => {
  expect(nextItem(labels, 2, "Home")).toBe(0);
  expect(nextItem(labels, 1, "End")).toBe(3);
});

test("a letter goes to the next item that begins with it", () => {
  expect(nextItem(labels, 0, "c")).toBe(1);
  expect(nextItem(labels, 1, "C")).toBe(2);
  expect(nextItem(labels, 2, "c")).toBe(1);
  expect(nextItem(labels, 0, "d")).toBe(3);
});

test("other keys mean nothing", () => {
  expect(nextItem(labels, 0, "x")).toBe(-1);
  expect(nextItem(labels, 0, "Enter")).toBe(-1);
  expect(nextItem(labels, 0, " ")).toBe(-1);
});
