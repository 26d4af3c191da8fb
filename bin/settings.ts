import path from "node:path";
import { root } from "@/bin/build";
import { exists } from "@/bin/embedded-state";
import { AppError } from "@/db/errors";

export type Settings = {
  port: number;
  host: string;
  publicUrl: string;
  /** Absolute. */
  dataDir: string;
  /** Undefined: our own server. */
  databaseUrl: string | undefined;
  adminEmail: string;
  adminPassword: string | undefined;
  demo: boolean;
};

/** The environment, completed by the file `.env`, which never overrides what is set. An empty value counts as not set. */
export async function readSettings(): Promise<Settings> {
  const file = path.join(root, ".env");
  if (await exists(file)) process.loadEnvFile(file);
  const env = (name: string) => process.env[name] || undefined;
  const port = Number(env("PORT") ?? 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new AppError(
      "VALIDATION_ERROR",
      `PORT is "${env("PORT")}", which is no port: give a number from 1 to 65535.`,
    );
  }
  return {
    port,
    host: env("HOST") ?? "127.0.0.1",
    publicUrl: env("PUBLIC_URL") ?? `http://localhost:${port}`,
    dataDir: path.resolve(root, env("DATA_DIR") ?? ".data"),
    databaseUrl: env("DATABASE_URL"),
    adminEmail: env("ADMIN_EMAIL") ?? "admin@localhost",
    adminPassword: env("ADMIN_PASSWORD"),
    demo: env("COFFER_DEMO") !== "0",
  };
}
