import { dropBackups, exportOnce, type Lab } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";

const hash = '| tee >(sha256sum > "$OUT.sha256")';
const peers = {
  gzip: `| igzip -1 -c ${hash}`,
  zstd: `| zstd -1 -T1 -c ${hash}`,
  none: hash,
} as const;
const dump = { custom: "pg_dump -Fc -Z0", sql: "pg_dump -Fp", tar: "pg_dump -Ft" } as const;

/** The 1 GB tenant against the limit, against what most scripts do, and each combination against the best that a shell can do. */
export async function benchExport(
  lab: Lab,
  project: { id: string; schemaName: string },
  rounds: number,
): Promise<Row[]> {
  const env = { ...lab.pgEnv, OUT: `${lab.server.dataDir}/peer` };
  const pgDump = (line: string, rest: string) => () => shell(`${line} -n ${project.schemaName} ${rest}`, env);
  const ours = (options: Record<string, unknown>) => async () => {
    await exportOnce(lab, project.id, options);
    await dropBackups(lab);
  };
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
