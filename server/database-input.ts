import { z } from "zod";
import { AppError } from "@/db/errors";
import type { Connection } from "@/db/schema";

export const databaseName = z.string().trim().min(1).max(63);

/** libpq would read more into these than a name: a folder of sockets, a list of hosts, options, another connection string. */
const plain = (what: string) =>
  z
    .string()
    .trim()
    .min(1, `${what} is missing.`)
    .max(255)
    .refine((value) => !/^[-/@]|[,=\s\0]|:\/\//.test(value), `${what} must be a plain name.`);

/** How a database is reached. */
export const connectionInput = z.strictObject({
  host: plain("Host"),
  port: z.number().int().min(1).max(65_535).default(5432),
  user: plain("User"),
  password: z
    .string()
    .max(1000)
    .refine((value) => !/[\n\r\0]/.test(value), "A password must not contain line breaks."),
  database: plain("Database"),
  ssl: z.enum(["disable", "prefer", "require", "verify-full"]).default("prefer"),
});

/** The same of a database that is known: a password that is left out, or empty, is the one it has. */
export const knownConnection = connectionInput.extend({ password: connectionInput.shape.password.optional() });

type Given = z.infer<typeof knownConnection>;

/** Completes a connection. A password that is kept goes to no other server, and for no other user: throws VALIDATION_ERROR then. */
export function withPassword({ password, ...given }: Given, known?: Connection): Connection {
  if (password || !known) return { ...given, password: password ?? "" };
  const isSame = given.host === known.host && given.port === known.port && given.user === known.user;
  if (isSame) return { ...given, password: known.password };
  const error = "For another server or user the password is needed again.";
  throw new AppError("VALIDATION_ERROR", error, {
    fields: [{ field: "connection.password", error, code: "custom" }],
  });
}
