import { dropBackups, exportOnce, type Lab } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { db } from "@/db/client";
import { encryptionKeys } from "@/db/schema";
import { generateIdentity, recipientOf } from "@/jobs/archive/age/keys";

const hash = '| tee >(sha256sum > "$OUT.sha256")';
const peers = {
  gzip: `| igzip -1 -c ${hash}`,
  zstd: `| zstd -1 -T1 -c ${hash}`,
  none: hash,
} as const;
const dump = { custom: "pg_dump -Fc -Z0", sql: "pg_dump -Fp", tar: "pg_dump -Ft" } as const;

const makeBackup = (lab: Lab, projectId: string, options: Record<string, unknown>) => async () => {
  await exportOnce(lab, projectId, options);
  await dropBackups(lab);
};

/** The 1 GB tenant against the limit, against what most scripts do, and each combination against the best that a shell can do. */
export async function benchExport(
  lab: Lab,
  project: { id: string; schemaName: string },
  rounds: number,
): Promise<Row[]> {
  const env = { ...lab.pgEnv, OUT: `${lab.server.dataDir}/peer` };
  const pgDump = (line: string, rest: string) => () => shell(`${line} -n ${project.schemaName} ${rest}`, env);
  const ours = (options: Record<string, unknown>) => makeBackup(lab, project.id, options);
  const rows: Row[] = [];
  const main = await alternate(rounds, {
    ours: ours({ format: "custom" }),
    limit: pgDump("pg_dump", "> /dev/null"),
  });
  rows.push({
    what: "export, default options, against `pg_dump > /dev/null`",
    ours: seconds(main.ours),
    peer: seconds(main.limit),
    result: main.ours / main.limit,
    unit: "",
    target: { atMost: 1.15 },
  });
  const slow = await alternate(1, { peer: pgDump("pg_dump", '| gzip -6 > "$OUT"') });
  rows.push({
    what: "the same against `pg_dump | gzip -6`",
    ours: seconds(main.ours),
    peer: seconds(slow.peer),
    result: slow.peer / main.ours,
    unit: "times",
    target: { atLeast: 5 },
  });
  for (const format of ["custom", "sql", "tar"] as const) {
    for (const compression of ["gzip", "zstd", "none"] as const) {
      const times = await alternate(rounds, {
        ours: ours({ format, compression }),
        peer: pgDump(dump[format], `${peers[compression]} > "$OUT"; sync "$OUT"`),
      });
      rows.push({
        what: `export ${format}, ${compression}, against the best shell pipeline with sha256`,
        ours: seconds(times.ours),
        peer: seconds(times.peer),
        result: times.ours / times.peer,
        unit: "",
        target: { atMost: 1.05 },
      });
    }
  }
  return rows;
}

/** What encryption costs: the same export with and without it. */
export async function benchEncryption(lab: Lab, project: { id: string }, rounds: number): Promise<Row[]> {
  await db.insert(encryptionKeys).values({ name: "bench", recipient: recipientOf(generateIdentity()) });
  const rows: Row[] = [];
  for (const compression of ["gzip", "zstd", "none"] as const) {
    const options = { format: "custom", compression };
    const times = await alternate(rounds, {
      encrypted: makeBackup(lab, project.id, { ...options, encrypt: true }),
      plain: makeBackup(lab, project.id, options),
    });
    rows.push({
      what: `export custom, ${compression}, encrypted, against the same without encryption`,
      ours: seconds(times.encrypted),
      peer: seconds(times.plain),
      result: times.encrypted / times.plain,
      unit: "",
      target: { atMost: 1.1 },
    });
  }
  return rows;
}
