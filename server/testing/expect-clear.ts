import { expect } from "vitest";
import type { Reply } from "@/server/testing/api";

/** An error that is clear, without a stack, and with a request id. */
export function expectClear({ status, headers, body }: Reply) {
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
  expect(body).toMatchObject({
    status: "error",
    code: expect.stringMatching(/^[A-Z_]+$/),
    message: expect.stringMatching(/\.$/),
    requestId: headers.get("x-request-id"),
    timestamp: expect.stringMatching(/Z$/),
  });
  expect(JSON.stringify(body)).not.toMatch(/node_modules|\\n +at |\.[jt]s:\d|select |insert |drizzle/i);
}
