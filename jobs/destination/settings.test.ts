import { describe, expect, it } from "vitest";
import type { DestinationSettings } from "@/db/schema";
import { destinationSettings, maskedSettings } from "@/jobs/destination/settings";
import { jobsEnv } from "@/jobs/env";
import "@/jobs/testing/env";

const s3 = { kind: "s3", bucket: "backups", accessKeyId: "AKIA123", secretAccessKey: "very/secret" };
const telegram = { kind: "telegram", botToken: "123456:ABCDEFGHIJKLMNOPQRSTUVWXYZ_-abc", chatId: "-1001234567890" };

const problemOf = (input: unknown) => destinationSettings.safeParse(input).error?.issues[0]?.message;

describe("settings of a folder", () => {
  it("keep it without a slash at its end", () => {
    expect(destinationSettings.parse({ kind: "local", folder: " /mnt/backups/ " })).toEqual({
      kind: "local",
      folder: "/mnt/backups",
    });
  });

  it.each(["", "mnt/backups", "./x", "../x", "/mnt/../etc", "/mnt/./x", "/", "//", "/mnt/a\0b", "/mnt/a\nb", "~/x"])(
    "refuse %j",
    (folder) => expect(problemOf({ kind: "local", folder })).toMatch(/^The folder (is|must) /),
  );

  it("refuse one within Coffer's own, or around them", () => {
    const { BACKUP_DIR } = jobsEnv();
    for (const folder of [BACKUP_DIR, `${BACKUP_DIR}/copies`, BACKUP_DIR.split("/").slice(0, -1).join("/")]) {
      expect(problemOf({ kind: "local", folder })).toContain("apart from those");
    }
    expect(problemOf({ kind: "local", folder: `${BACKUP_DIR}-copies` })).toBeUndefined();
  });
});

describe("settings of a bucket", () => {
  it("have defaults", () => {
    expect(destinationSettings.parse(s3)).toEqual({
      ...s3,
      endpoint: null,
      region: "us-east-1",
      prefix: "",
      pathStyle: true,
    });
  });

  it("lose slashes around the prefix and after the endpoint", () => {
    const parsed = destinationSettings.parse({ ...s3, prefix: "/a/b/", endpoint: "https://s3.example.org/" });
    expect(parsed).toMatchObject({ prefix: "a/b", endpoint: "https://s3.example.org" });
  });

  it.each([
    ["endpoint", "ftp://s3.example.org", "https://"],
    ["endpoint", "file:///etc/passwd", "https://"],
    ["endpoint", "s3.example.org", "https://"],
    ["endpoint", "https://", "https://"],
    ["endpoint", "https://me:pw@s3.example.org", "a user or a password"],
    ["endpoint", "https://s3.example.org/?a=b", "? or #"],
    ["endpoint", "https://s3.example.org/\r\nHost: x", "control characters"],
    ["bucket", "Backups", "lower-case"],
    ["bucket", "a", "3 to 63"],
    ["bucket", "a..b", "no valid name"],
    ["bucket", "192.168.1.1", "no valid name"],
    ["bucket", "../etc", "lower-case"],
    ["prefix", "a/../b", ".."],
    ["prefix", "a//b", "empty parts"],
    ["prefix", "a\nb", "control characters"],
    ["region", "eu west", "letters, digits"],
    ["accessKeyId", "a b", "printable"],
    ["secretAccessKey", "", "missing"],
    ["secretAccessKey", "a\r\nb", "control characters"],
    ["colour", "red", "colour"],
  ])("refuse the %s %j", (field, value, why) => expect(problemOf({ ...s3, [field]: value })).toContain(why));
});

describe("settings of a chat", () => {
  it("have the limits of Telegram's own server", () => {
    expect(destinationSettings.parse(telegram)).toEqual({
      ...telegram,
      apiUrl: "https://api.telegram.org",
      uploadMaxBytes: 50_000_000,
      downloadMaxBytes: 20_000_000,
    });
  });

  it.each(["123", "-1001234567890", "@backups_of_acme"])("take the chat %s", (chatId) => {
    expect(problemOf({ ...telegram, chatId })).toBeUndefined();
  });

  it.each([
    ["chatId", "", "missing"],
    ["chatId", "backups", "A chat is"],
    ["chatId", "@1", "A chat is"],
    ["chatId", "0", "A chat is"],
    ["chatId", "12&text=x", "A chat is"],
    ["botToken", "secret", "no token"],
    ["botToken", "123456:../../x/ABCDEFGHIJKLMNOPQR", "no token"],
    ["apiUrl", "https://me:pw@api.telegram.org", "a user or a password"],
    ["apiUrl", "javascript:alert(1)", "https://"],
    ["uploadMaxBytes", 10, "1000000"],
    ["downloadMaxBytes", 3e9, "2097152000"],
  ])("refuse the %s %j", (field, value, why) => expect(problemOf({ ...telegram, [field]: value })).toContain(why));
});

it("shows settings without what is secret in them", () => {
  const shown = [s3, telegram].map((input) => maskedSettings(destinationSettings.parse(input) as DestinationSettings));
  expect(JSON.stringify(shown)).not.toMatch(/very|ABCDEF/);
  expect(shown).toMatchObject([{ accessKeyId: "AKIA123", hasSecretAccessKey: true }, { hasBotToken: true }]);
});
