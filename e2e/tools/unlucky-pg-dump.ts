import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { operatorFolders } from "@/bin/install-postgres";
import { toolFor } from "@/jobs/postgres/tools";

/** A schema with such a word in its name meets with this. */
export const misfortunes = { fails: "failing", dies: "dying" } as const;

/** Gives a COFFER_PG_BIN whose pg_dump is the real one, but for schemas that are to meet with misfortune. */
export async function installUnluckyPgDump(dataDir: string): Promise<string> {
  const theirs = operatorFolders();
  const choice = await toolFor("pg_dump", 0, { extraFolders: theirs });
  // Coffer installs PostgreSQL where it is missing.
  if ("missing" in choice) return theirs.join(path.delimiter);
  const folder = path.join(dataDir, "pg-bin");
  const script = [
    "#!/bin/sh",
    'case " $* " in',
    `  *tenant_${misfortunes.dies}_*) kill -9 $$ ;;`,
    `  *tenant_${misfortunes.fails}_*)`,
    `    echo 'pg_dump: error: Dumping the contents of table "orders" failed: PQgetResult() failed.' >&2`,
    `    echo 'pg_dump: detail: Error message from server: ERROR:  could not read block 7 in file "base/5/16385"' >&2`,
    "    exit 1 ;;",
    "esac",
    `exec '${choice.path}' "$@"`,
  ];
  await mkdir(folder);
  await writeFile(path.join(folder, "pg_dump"), `${script.join("\n")}\n`);
  await chmod(path.join(folder, "pg_dump"), 0o755);
  return [folder, ...theirs].join(path.delimiter);
}
