import { pino } from "pino";
import { logLevel } from "@/db/env";

const secretPaths = ["password", "connection", "token", "secret", "authorization", "cookie"];

/** One JSON line per event on stdout. Fields that may hold a secret are cut out wherever they stand. */
export const log = pino({
  level: logLevel(),
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: { paths: secretPaths.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[redacted]" },
  // drizzle puts the statement and its parameters into the message of its errors: only the cause is safe to log.
  serializers: {
    error: (error: unknown) =>
      pino.stdSerializers.err(error instanceof Error && error.cause instanceof Error ? error.cause : (error as Error)),
  },
});
