import type postgres from "postgres";
import { plainSettings } from "@/jobs/data/rows";

export type Session = postgres.TransactionSql;

/**
 * How values are read, whatever the role's own settings are, until the transaction ends. Nothing but PostgreSQL's own is in the search
 * path, so that every name that the catalog gives comes with its schema.
 */
export const readingSettings = (dateOrder: string) => `${plainSettings};
  set local datestyle = 'ISO, ${dateOrder === "dmy" ? "DMY" : dateOrder === "mdy" ? "MDY" : "YMD"}'; set local search_path = pg_catalog`;

/** Errors about what a value is, as PostgreSQL says them: the file's fault, not the server's. */
const dataErrors = /^(22|23|54|0A|P0001|42804|42846)/;

export const isDataError = (code: string | undefined): boolean => code !== undefined && dataErrors.test(code);
