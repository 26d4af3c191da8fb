import { eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";
import { db } from "@/db/client";
import { auditEvents, type DestinationSettings, destinations } from "@/db/schema";
import { startBotApi } from "@/jobs/testing/bot-api";
import { givenControlPlane } from "@/jobs/testing/control-plane";
import { startS3Server } from "@/jobs/testing/s3-server";
import { unique } from "@/jobs/testing/tenant";
import { givenApi } from "@/server/testing/api";
import { ask, givenAdmin } from "@/server/testing/destinations";

givenControlPlane();
givenApi();
givenAdmin();

const secret = "wJalrXUtnFEMI-K7MDENG";
const s3 = { kind: "s3", bucket: "backups", access_key_id: "AKIAEXAMPLE", secret_access_key: secret };

describe("a destination", () => {
  it.each([
    ["a field of another kind", { kind: "local", folder: "/mnt/x", bucket: "b" }, "bucket"],
    ["a relative folder", { kind: "local", folder: "backups" }, "folder"],
    ["a folder with ..", { kind: "local", folder: "/mnt/../etc" }, "folder"],
    ["no folder", { kind: "local" }, "folder"],
    ["a bucket that is none", { ...s3, bucket: "UPPER" }, "bucket"],
    ["credentials in the endpoint", { ...s3, endpoint: "https://a:b@s3.example.org" }, "endpoint"],
    ["another protocol", { ...s3, endpoint: "file:///etc" }, "endpoint"],
    ["no secret key", { ...s3, secret_access_key: undefined }, "secret_access_key"],
    ["a token that is none", { kind: "telegram", bot_token: "x", chat_id: "1" }, "bot_token"],
    ["an unknown kind", { kind: "ftp" }, "kind"],
    ["an unknown field", { kind: "local", folder: "/mnt/x", sudo: true }, "sudo"],
  ])("with %s is refused, and the field is named", async (_, fields, field) => {
    const { status, body } = await ask("POST /api/v1/destinations", { name: unique(), ...fields });
    expect([status, body]).toEqual([400, expect.objectContaining({ code: "VALIDATION_ERROR" })]);
    expect((body as { details: { field: string }[] }).details[0]?.field).toBe(field);
  });

  it("in a private network is refused, unless an operator allows that", async () => {
    const { status, body } = await ask("POST /api/v1/destinations/test", { ...s3, endpoint: "http://169.254.169.254" });
    expect([status, body]).toMatchObject([422, { code: "DESTINATION_FAILED" }]);
    expect(JSON.stringify(body)).toContain("PRIVATE_HOSTS");
    expect(JSON.stringify(body)).not.toContain(secret);
  });

  it("never shows a secret again, and keeps one that a change leaves out", async () => {
    const [row] = await db
      .insert(destinations)
      .values({
        name: unique(),
        kind: "telegram",
        settings: {
          kind: "telegram",
          botToken: `123456:${secret}${secret}`,
          chatId: "-100",
          apiUrl: "https://api.telegram.org",
          uploadMaxBytes: 50_000_000,
          downloadMaxBytes: 20_000_000,
        },
      })
      .returning();
    const { body: all } = await ask("GET /api/v1/destinations");
    expect(JSON.stringify(all)).not.toContain(secret);
    expect(all).toContainEqual(
      expect.objectContaining({ id: row?.id, settings: expect.objectContaining({ has_bot_token: true }) }),
    );
    const { status } = await ask(`POST /api/v1/destinations/${row?.id}`, { name: `chat ${unique()}` });
    expect(status).toBe(200);
    const [after] = await db
      .select()
      .from(destinations)
      .where(eq(destinations.id, row?.id ?? ""));
    expect(after?.settings).toEqual(row?.settings);
    const events = await db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subjectId, row?.id ?? ""));
    expect(events.map(({ action }) => action)).toEqual(["destination.changed"]);
    expect(JSON.stringify(events)).not.toContain(secret);
    const raw = await db.execute(`select settings from control_plane.destinations where id = '${row?.id}'`);
    expect(JSON.stringify(raw)).not.toContain(secret);
  });

  it("sends its secret to no other address, unless that is given again", async () => {
    await using own = await startBotApi();
    await using away = await startBotApi();
    await using bucket = await startS3Server();
    await using awayBucket = await startS3Server();
    const kept = {
      bot: { kind: "telegram", ...own.settings },
      bucket: { kind: "s3", ...bucket.settings },
    } as const;
    const keep = async (settings: DestinationSettings) => {
      const values = { name: unique(), kind: settings.kind, settings, checkedAt: new Date() };
      const [row] = await db.insert(destinations).values(values).returning();
      return row?.id ?? "";
    };
    const bot = await keep(kept.bot);
    const s3Id = await keep(kept.bucket);
    const refusals = [
      [bot, { api_url: away.settings.apiUrl }, "bot_token"],
      [s3Id, { endpoint: awayBucket.settings.endpoint }, "secret_access_key"],
      [s3Id, { endpoint: null }, "secret_access_key"],
    ] as const;
    for (const [id, fields, field] of refusals) {
      for (const reply of [
        await ask("POST /api/v1/destinations/test", { destination_id: id, ...fields }),
        await ask(`POST /api/v1/destinations/${id}`, fields),
      ])
        expect(reply).toMatchObject({
          status: 400,
          body: {
            code: "VALIDATION_ERROR",
            details: [{ field, error: expect.stringContaining("is needed again") }],
          },
        });
    }
    expect(away.log).toEqual([]);
    expect(awayBucket.log).toEqual([]);

    // The address as it is, however it ends, is no other one; nor is one that comes with a secret.
    const same = { destination_id: bot, api_url: `${own.settings.apiUrl}/`, chat_id: own.settings.chatId };
    expect(await ask("POST /api/v1/destinations/test", same)).toMatchObject({ status: 200 });
    const moved = { api_url: away.settings.apiUrl, bot_token: away.settings.botToken };
    expect(await ask(`POST /api/v1/destinations/${bot}`, moved)).toMatchObject({ status: 200 });
    const { endpoint, secretAccessKey } = awayBucket.settings;
    const movedBucket = { endpoint, secret_access_key: secretAccessKey };
    expect(await ask(`POST /api/v1/destinations/${s3Id}`, movedBucket)).toMatchObject({ status: 200 });
  });
});
