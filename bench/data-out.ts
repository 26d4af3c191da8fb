import type { Lab } from "@/bench/lab";
import { alternate, shell } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { signJwt } from "@/server/jwt";

const port = 43_121;

/** The largest table as rows, by the door that people download from, against what PostgreSQL itself can do. */
export async function benchDataOut(
  lab: Lab,
  project: { slug: string; schemaName: string },
  rounds: number,
): Promise<Row[]> {
  const web = await lab.start("web", { PORT: String(port) });
  const token = await signJwt(lab.admin);
  const table = `${project.schemaName}.part_0`;
  const door = (format: string) => {
    const url = `http://127.0.0.1:${port}/api/v1/export/part_0/download?project_id=${project.slug}&format=${format}`;
    return () => shell(`curl -fsS -o /dev/null -H "Authorization: Bearer ${token}" '${url}'`, lab.pgEnv);
  };
  const copy = (what: string) => () => shell(`psql -qXc "copy ${what}" > /dev/null`, lab.pgEnv);
  const peers = {
    csv: { peer: copy(`${table} to stdout (format csv)`), words: "`COPY … TO STDOUT (FORMAT csv)`", atLeast: 0.8 },
    json: {
      peer: copy(`(select row_to_json(t) from ${table} t) to stdout`),
      words: "`COPY (SELECT row_to_json(t) …) TO STDOUT`",
      atLeast: 0.7,
    },
  };
  const rows: Row[] = [];
  try {
    for (const [format, { peer, words, atLeast }] of Object.entries(peers)) {
      const times = await alternate(rounds, { ours: door(format), peer });
      rows.push({
        what: `rows of a table as ${format} by HTTP, against ${words} (its speed is 1)`,
        ours: seconds(times.ours),
        peer: seconds(times.peer),
        result: times.peer / times.ours,
        unit: "",
        target: { atLeast },
      });
    }
    return rows;
  } finally {
    await lab.stop(web);
  }
}
