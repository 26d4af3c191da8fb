import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import https from "node:https";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DestinationSettings } from "@/db/schema";
import { checkDestination, openDestination } from "@/jobs/destination/open";
import { failureFrom } from "@/jobs/testing/destinations";
import { testEnv } from "@/jobs/testing/env";

let server: https.Server;
let address = "";

beforeAll(async () => {
  const [key, cert] = ["key.pem", "cert.pem"].map((name) => path.join(testEnv.tempDir, name));
  const subject = [
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-subj",
    "/CN=s3",
    "-days",
    "1",
  ];
  execFileSync("openssl", ["req", ...subject, "-keyout", key ?? "", "-out", cert ?? ""], { stdio: "ignore" });
  server = https.createServer({ key: await readFile(key ?? ""), cert: await readFile(cert ?? "") }, (_, response) =>
    response.end(),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const kinds: [string, () => DestinationSettings][] = [
  [
    "a bucket",
    () => ({
      kind: "s3",
      endpoint: address,
      region: "us-east-1",
      bucket: "backups",
      prefix: "",
      accessKeyId: "AKIAEXAMPLE",
      secretAccessKey: "s3cr3t",
      pathStyle: true,
    }),
  ],
  [
    "a chat",
    () => ({
      kind: "telegram",
      botToken: "123456:AAVerySecretTokenOfTheBot_-0123456789",
      chatId: "1",
      apiUrl: address,
      uploadMaxBytes: 1_000_000,
      downloadMaxBytes: 1_000_000,
    }),
  ],
];

it.each(kinds)("%s is refused whose server has a certificate that nobody has signed", async (_, settings) => {
  expect(await failureFrom(checkDestination(openDestination(settings()), new AbortController().signal))).toMatchObject({
    code: "destination_refused",
    message: expect.stringMatching(
      /^The certificate of 127\.0\.0\.1:\d+ is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)\.$/,
    ),
  });
});
