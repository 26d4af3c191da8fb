import { and, desc, eq, isNull, sql } from "drizzle-orm";
import { z } from "zod";
import { type Origin, recordAudit } from "@/db/audit";
import { db } from "@/db/client";
import { AppError } from "@/db/errors";
import { encryptionKeys } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";
import { recipientProblem } from "@/jobs/archive/age/recipient-problem";
import { adminProcedure, router, userProcedure } from "@/server/trpc";

const shown = {
  id: encryptionKeys.id,
  name: encryptionKeys.name,
  recipient: encryptionKeys.recipient,
  /** Whether the server has the secret key too, and so can open backups by itself. */
  isKept: sql<boolean>`${encryptionKeys.identity} is not null`,
  createdAt: encryptionKeys.createdAt,
  retiredAt: encryptionKeys.retiredAt,
};

const name = z.string().trim().min(1).max(100);

const newPair = z
  .strictObject({
    name,
    /** The answer holds the secret key, this once. */
    show: z.boolean().default(true),
    /** The server keeps the secret key, sealed. */
    keep: z.boolean().default(false),
  })
  .refine(({ show, keep }) => show || keep, "Somebody has to have the secret key: show it, keep it, or both.");

const recipient = z
  .string()
  .trim()
  .max(200)
  .superRefine(async (text, { addIssue }) => {
    const message = await recipientProblem(text);
    if (message) addIssue({ code: "custom", message });
  });

export const encryptionRouter = router({
  /** The keys that backups are or were encrypted for: those in use first, then the newest. Never a secret one. */
  list: userProcedure.query(() =>
    db
      .select(shown)
      .from(encryptionKeys)
      .orderBy(sql`${encryptionKeys.retiredAt} is not null`, desc(encryptionKeys.createdAt), desc(encryptionKeys.id)),
  ),

  /** Makes a pair of keys. `identity` is the secret one, and null unless it was to be shown: no other answer ever holds it. */
  generate: adminProcedure.input(newPair).mutation(async ({ ctx, input }) => {
    const identity = generateIdentity();
    const key = { name: input.name, recipient: recipientOf(identity), identity: input.keep ? identity : null };
    return { ...(await addKey(ctx.origin, "generated", key)), identity: input.show ? identity : null };
  }),

  /** Takes the public key of a pair that the operator has made. */
  add: adminProcedure
    .input(z.strictObject({ name, recipient }))
    .mutation(({ ctx, input }) => addKey(ctx.origin, "added", { ...input, identity: null })),

  /** Uses a key for no new backup. Those that it was used for stay as they are. */
  retire: adminProcedure.input(z.strictObject({ keyId: z.uuid() })).mutation(({ ctx, input }) =>
    db.transaction(async (tx) => {
      const [key] = await tx
        .update(encryptionKeys)
        .set({ retiredAt: sql`now()` })
        .where(and(eq(encryptionKeys.id, input.keyId), isNull(encryptionKeys.retiredAt)))
        .returning(shown);
      if (!key) throw new AppError("KEY_NOT_FOUND", "There is no such key, or it is retired already.");
      await recordAudit(tx, ctx.origin, eventOf("retired", key));
      return key;
    }),
  ),
});

type NewKey = typeof encryptionKeys.$inferInsert;

function addKey(origin: Origin, how: "generated" | "added", values: NewKey) {
  return db.transaction(async (tx) => {
    const [key] = await tx.insert(encryptionKeys).values(values).onConflictDoNothing().returning(shown);
    if (!key) throw new AppError("ALREADY_EXISTS", "This public key is here already.");
    await recordAudit(tx, origin, eventOf(how, key));
    return key;
  });
}

type Key = { id: string; name: string; recipient: string; isKept: boolean };

const eventOf = (how: "generated" | "added" | "retired", { id, ...details }: Key) => ({
  action: `encryption_key.${how}`,
  subject: { kind: "encryption_key" as const, id },
  details: { name: details.name, recipient: details.recipient, isKept: details.isKept },
});
