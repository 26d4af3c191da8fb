import { z } from "zod";
import { AppError } from "@/db/errors";
import { openTable } from "@/jobs/browse/dump";
import { firstRows } from "@/jobs/browse/first-rows";
import { definitionsOf, knownDefinitions, leaving, manifestOf, tableOf, withDump } from "@/server/browse";
import { findBackup } from "@/server/routers/backup";
import { router, userProcedure } from "@/server/trpc";

const backupId = z.uuid();
const table = z
  .string()
  .min(1)
  .max(63 * 4);
const limit = z.number().int().min(1).max(200).default(50);
/** The most of one value that is shown. */
const characters = 500;

/** What a backup holds, read from its file: no database is asked and nothing is restored. */
export const browseRouter = router({
  /** The tables with rows and bytes, from the manifest. */
  listing: userProcedure.input(z.strictObject({ backupId })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    return manifestOf(backup).tables.map(({ name, kind, rows, bytes }) => ({ name, kind, rows, bytes }));
  }),

  /** What else there is: views, functions, types, sequences and so on. */
  objects: userProcedure.input(z.strictObject({ backupId })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    const { objects } = await definitionsOf(backup);
    return objects.filter(({ kind }) => !isListed(kind)).map(({ kind, name }) => ({ kind, name }));
  }),

  /** The SQL that makes an object which is no table. */
  definition: userProcedure
    .input(z.strictObject({ backupId, kind: z.string().max(100), name: z.string().max(10_000) }))
    .query(async ({ ctx, input }) => {
      const { backup } = await findBackup(ctx.user, input.backupId);
      const { objects } = await definitionsOf(backup);
      const object = objects.find(({ kind, name }) => kind === input.kind && name === input.name);
      if (!object) throw new AppError("NOT_FOUND", "There is no such object in this backup.");
      return { kind: object.kind, name: object.name, sql: object.statements.join("\n\n") };
    }),

  /** One table: its figures, its columns, and the SQL that makes it with all that belongs to it. */
  table: userProcedure.input(z.strictObject({ backupId, table })).query(async ({ ctx, input }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    const { name, kind, rows, bytes } = tableOf(backup, input.table);
    const { objects, columns } = await definitionsOf(backup);
    const object = objects.find((one) => one.name === name && (isTable(one.kind) || one.kind === kind));
    return {
      ...{ name, kind, rows, bytes },
      columns: (columns(name) ?? []).map(({ name, type }) => ({ name, type })),
      sql: object?.statements.join("\n\n") ?? "",
    };
  }),

  /**
   * The first rows of a table, in the order of the dump. Values are texts as PostgreSQL prints them, null for NULL; `shortened`
   * names those of which only the beginning is there.
   */
  rows: userProcedure.input(z.strictObject({ backupId, table, limit })).query(async ({ ctx, input, signal }) => {
    const { backup } = await findBackup(ctx.user, input.backupId);
    const { name, rows } = tableOf(backup, input.table);
    const nothing = { columns: [], rows: [], shortened: [], isAll: true };
    if (rows === null) return nothing;
    const definitions = await knownDefinitions(backup);
    return withDump(backup, leaving(signal, ctx.gone), async (dump) => {
      await using open = await openTable(dump, name, definitions);
      if (!open) return nothing;
      const first = await firstRows(open.copy, open.columns.length, { rows: input.limit, characters });
      return {
        columns: open.columns.map(({ name, type }) => ({ name, type })),
        rows: first.rows.map((row) => row.map((cell) => cell?.text ?? null)),
        shortened: first.rows.flatMap((cells, row) =>
          cells.flatMap((cell, column) => (cell?.bytes === undefined ? [] : [{ row, column, bytes: cell.bytes }])),
        ),
        isAll: first.isAll,
      };
    });
  }),
});

/** What the listing has, and the schema, which is the backup. */
const isListed = (kind: string) => isTable(kind) || kind === "materialized view" || kind === "schema";
const isTable = (kind: string) => kind.endsWith("table");
