import { z } from "zod";
import { tokenScope } from "@/db/schema";
import { row } from "@/server/rest/row";

const tag = "Sign-in and tokens";

const tokenRecord = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    prefix: z.string().meta({ description: "How the token begins.", example: "coffer_Ab3d" }),
    scopes: z.array(z.enum(tokenScope.enumValues)),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().meta({ description: "Within a minute." }),
  })
  .meta({ id: "Token" });

type Kept = Omit<z.input<typeof tokenRecord>, "createdAt" | "expiresAt" | "lastUsedAt"> & {
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
};

const presentToken = ({ id, name, prefix, scopes, createdAt, expiresAt, lastUsedAt }: Kept) => ({
  id,
  name,
  prefix,
  scopes,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt?.toISOString() ?? null,
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
});

export const signInRows = [
  row({
    id: "logIn",
    tag,
    method: "POST",
    path: "/api/v1/auth/login",
    summary: "Get a token for e-mail and password",
    description: "It is good for 24 hours, or until the password changes. Scripts do better with an API token.",
    procedure: "session.logIn",
    casing: "snake",
    status: 200,
    open: true,
    errors: ["UNAUTHENTICATED", "RATE_LIMIT_EXCEEDED"],
    output: z.strictObject({ accessToken: z.string(), tokenType: z.literal("bearer"), expiresIn: z.number().int() }),
    present: (session) => ({ body: session, headers: { "Cache-Control": "no-store" } }),
    example: { body: { email: "ada@example.org", password: "correct horse battery staple" } },
  }),

  row({
    id: "listTokens",
    tag,
    method: "GET",
    path: "/api/v1/tokens",
    summary: "List one's own API tokens",
    procedure: "token.list",
    casing: "snake",
    status: 200,
    output: z.strictObject({ data: z.array(tokenRecord) }),
    present: (tokens) => ({ body: { data: tokens.map(presentToken) } }),
  }),

  row({
    id: "createToken",
    tag,
    method: "POST",
    path: "/api/v1/tokens",
    summary: "Make an API token",
    description: "The answer is the only one that ever holds the token: only its hash is kept.",
    procedure: "token.create",
    casing: "snake",
    status: 201,
    errors: ["PERMISSION_DENIED"],
    output: z.strictObject({ data: tokenRecord.extend({ token: z.string() }).meta({ id: "NewToken" }) }),
    present: (made) => ({
      body: { data: { ...presentToken(made), token: made.token } },
      headers: { "Cache-Control": "no-store" },
    }),
    example: { body: { name: "nightly script", scopes: ["read", "export"], expires_in_days: 90 } },
  }),

  row({
    id: "revokeToken",
    tag,
    method: "DELETE",
    path: "/api/v1/tokens/{id}",
    summary: "Revoke one of one's own API tokens",
    procedure: "token.revoke",
    casing: "snake",
    rename: { id: "tokenId" },
    status: 204,
    errors: ["TOKEN_NOT_FOUND"],
    output: z.null(),
    present: () => ({ body: null }),
  }),
];
