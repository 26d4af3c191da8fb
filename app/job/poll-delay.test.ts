import { expect, test } from "vitest";
import { pollDelay } from "@/app/job/poll-delay";

const running = { isOver: false, isRefused: false, quietSeconds: null, answers: 1, isHidden: false };

test("a running job is asked for each second, and half as often after two minutes", () => {
  expect(pollDelay(running)).toBe(1_000);
  expect(pollDelay({ ...running, answers: 121 })).toBe(2_000);
});

test("a hidden tab asks less often", () => expect(pollDelay({ ...running, isHidden: true })).toBe(5_000));

test("when there were too many calls, nobody asks before the server allows it", () => {
  expect(pollDelay({ ...running, quietSeconds: 7 })).toBe(7_000);
  expect(pollDelay({ ...running, quietSeconds: 1, isHidden: true })).toBe(5_000);
  expect(pollDelay({ ...running, quietSeconds: 7, isOver: true })).toBe(false);
});

test("nobody asks after the end, or when the server will not answer", () => {
  expect(pollDelay({ ...running, isOver: true, isHidden: true })).toBe(false);
  expect(pollDelay({ ...running, isRefused: true })).toBe(false);
});
