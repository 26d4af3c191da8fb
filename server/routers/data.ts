import { db } from "@/db/client";
import { readDataSchema } from "@/jobs/data/tables";
import { findDatabase, reach } from "@/server/tenant-database";
import { projectProcedure, router } from "@/server/trpc";

export const dataRouter = router({
  /** The tables of the live schema whose rows can be exported. */
  tables: projectProcedure("view").query(async ({ ctx: { project } }) => {
    const { connection } = await findDatabase(db, project.databaseId);
    const { tables } = await reach(connection, (session) => readDataSchema(session, project.schemaName));
    return tables.map(({ name, description, rowEstimate, columns }) => ({
      name,
      description,
      rowEstimate,
      columns: columns.map(({ name, type, isNullable }) => ({ name, type, isNullable })),
    }));
  }),
});
