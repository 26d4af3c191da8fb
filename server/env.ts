import { z } from "zod";

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default("127.0.0.1"),
  /** As people reach it; links in mails and answers begin with it. */
  PUBLIC_URL: z.url().optional(),
  /** How many reverse proxies stand in front, so which entry of X-Forwarded-For to trust. */
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** How long a download link is good for, in seconds. */
  DOWNLOAD_LINK_SECONDS: z.coerce.number().int().min(10).default(3600),
  SIGN_INS_PER_MINUTE: z.coerce.number().int().positive().default(5),
});

let parsed: (z.infer<typeof schema> & { PUBLIC_URL: string }) | undefined;

/** The web process's environment, read once, on first use. */
export function serverEnv() {
  if (!parsed) {
    const env = schema.parse(process.env);
    parsed = { ...env, PUBLIC_URL: env.PUBLIC_URL ?? `http://localhost:${env.PORT}` };
  }
  return parsed;
}
