import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const level = z.enum(["trace", "debug", "info", "warn", "error", "silent"]).default("info");

const schema = z.object({
  DATABASE_URL: z
    .string()
    .min(1, "DATABASE_URL is not set. Start Coffer with `npm start`, or set it to a PostgreSQL URL."),
  DATA_DIR: z.string().default(".data"),
  COFFER_SECRET: z.string().min(32, "COFFER_SECRET needs at least 32 characters.").optional(),
  LOG_LEVEL: level,
  PORT: z.coerce.number("PORT must be a number.").int().min(0).max(65_535).default(3000),
  /** As people reach the web process; links in mails and answers begin with it. */
  PUBLIC_URL: z.url("PUBLIC_URL must be an address, like https://backups.example.org.").optional(),
  NODE_ENV: z.string().default("development"),
});

let parsed: (z.infer<typeof schema> & Record<"COFFER_SECRET" | "PUBLIC_URL", string>) | undefined;

/** The environment that every process shares, read once, on first use. Throws with a sentence when something is missing. */
export function dbEnv() {
  if (!parsed) {
    const result = schema.safeParse(process.env);
    if (!result.success) throw new Error(result.error.issues.map((issue) => issue.message).join(" "));
    const dataDir = path.resolve(result.data.DATA_DIR);
    parsed = {
      ...result.data,
      DATA_DIR: dataDir,
      COFFER_SECRET: result.data.COFFER_SECRET ?? secretFile(dataDir),
      PUBLIC_URL: (result.data.PUBLIC_URL ?? `http://localhost:${result.data.PORT}`).replace(/\/+$/, ""),
    };
  }
  return parsed;
}

/** Known before anything else is: the log comes first. */
export const logLevel = () => level.catch("info").parse(process.env.LOG_LEVEL);

function secretFile(dataDir: string) {
  try {
    return readFileSync(path.join(dataDir, "secret"), "utf8").trim();
  } catch {
    throw new Error(
      `COFFER_SECRET is not set and ${path.join(dataDir, "secret")} cannot be read. Run \`npm start\` once.`,
    );
  }
}
