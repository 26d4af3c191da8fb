import { expect, test } from "vitest";
import { deliveryWords, placeWords, rulesWords } from "@/app/notification/channel-words";
import { aboutWords } from "@/app/notification/event-words";
import { draftOf, rulesOf } from "@/app/notification/rules";
import type { ChannelRule } from "@/app/trpc/types";

test("a channel says where it leads, and never more than the host of an address", () => {
  expect(placeWords({ to: ["a@example.org", "b@example.org"], chatId: null, host: null })).toBe(
    "a@example.org, b@example.org",
  );
  expect(placeWords({ to: null, chatId: "-100", host: "api.telegram.org" })).toBe("chat -100 at api.telegram.org");
  expect(placeWords({ to: null, chatId: null, host: "hooks.slack.com" })).toBe("hooks.slack.com");
});

const rule = (event: ChannelRule["event"], project: string | null = null, hours: number | null = null) => ({
  event,
  project,
  hours,
});

test("rules are told by the most urgent event", () => {
  expect(rulesWords([])).toBe("Nothing yet");
  expect(rulesWords([rule("proof_failed"), rule("proof_failed", "acme")])).toBe("Proof failed");
  expect(rulesWords([rule("backup_completed"), rule("backup_failed"), rule("schema_found")])).toBe(
    "Backup failed and 2 more",
  );
});

test("rules survive being edited", () => {
  const rules = [
    rule("backup_failed"),
    rule("backup_stale", null, 30),
    rule("backup_stale", "acme", 80),
    rule("proof_failed", "acme"),
  ];
  expect(rulesOf(draftOf(rules))).toEqual([
    { event: "backup_failed" },
    { event: "backup_stale", hours: 30 },
    { event: "backup_stale", project: "acme", hours: 80 },
    { event: "proof_failed", project: "acme" },
  ]);
});

test("a delivery says how it stands", () => {
  expect(deliveryWords({ status: "pending", attempts: 0 })).toBe("Waiting");
  expect(deliveryWords({ status: "pending", attempts: 2 })).toBe("Trying again");
  expect(deliveryWords({ status: "sent", attempts: 1 })).toBe("Sent");
  expect(deliveryWords({ status: "failed", attempts: 1 })).toBe("Failed");
  expect(deliveryWords({ status: "failed", attempts: 10 })).toBe("Failed after 10 attempts");
  expect(aboutWords("backup_stale")).toBe("No good backup");
  expect(aboutWords("toString")).toBe("toString");
});
