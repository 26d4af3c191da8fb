import { expect, test } from "vitest";
import { pollDelay } from "@/app/job/poll-delay";

const running = { isOver: false, isRefused: false, answers: 1, isHidden: false };

test("a running job is asked for each second, and half as often after two minutes", () => {
  expect(pollDelay(running)).toBe(1_000);
  expect(pollDelay({ ...running, answers: 121 })).toBe(2_000);
});

test("a hidden tab asks less often", () => expect(pollDelay({ ...running, isHidden: true })).toBe(5_000));

test("nobody asks after the end, or when the server will not answer", () => {
  expect(pollDelay({ ...running, isOver: true, isHidden: true })).toBe(false);
  expect(pollDelay({ ...running, isRefused: true })).toBe(false);
});
