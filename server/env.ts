import { z } from "zod";

const limit = (fallback: number) => z.coerce.number().int().min(0).default(fallback);

const schema = z
  .object({
    HOST: z.string().default("127.0.0.1"),
    /** How many reverse proxies stand in front, so which entry of X-Forwarded-For to trust. */
    TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
    /** How long somebody who was invited has to choose a password, in hours. */
    INVITATION_HOURS: z.coerce.number().int().min(1).default(72),
    /** Limits by account or token; 0 turns one off. */
    SIGN_INS_PER_MINUTE: limit(5),
    EXPORTS_PER_MINUTE: limit(10),
    IMPORTS_PER_MINUTE: limit(60),
    STATUS_READS_PER_SECOND: limit(10),
    /** Without it anybody may read the metrics. */
    METRICS_TOKEN: z.string().min(16, "METRICS_TOKEN needs at least 16 characters.").optional(),
    GITHUB_CLIENT_ID: z.string().optional(),
    GITHUB_CLIENT_SECRET: z.string().optional(),
    /** The address of an OpenID provider, without `/.well-known/openid-configuration`. */
    OIDC_ISSUER: z.url().optional(),
    OIDC_CLIENT_ID: z.string().optional(),
    OIDC_CLIENT_SECRET: z.string().optional(),
    /** What the button on the sign-in page calls it. */
    OIDC_NAME: z.string().default("single sign-on"),
  })
  .refine(
    (env) => !env.GITHUB_CLIENT_ID === !env.GITHUB_CLIENT_SECRET,
    "GitHub needs both GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET.",
  )
  .refine(
    (env) => !env.OIDC_ISSUER === !env.OIDC_CLIENT_ID && !env.OIDC_ISSUER === !env.OIDC_CLIENT_SECRET,
    "OpenID needs all of OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.",
  );

let parsed: z.infer<typeof schema> | undefined;

/** The web process's environment, read once, on first use. Throws with a sentence when something does not fit. */
export function serverEnv() {
  if (!parsed) {
    const result = schema.safeParse(process.env);
    if (!result.success) {
      throw new Error(result.error.issues.map(({ path, message }) => [...path, message].join(": ")).join(" "));
    }
    parsed = result.data;
  }
  return parsed;
}
