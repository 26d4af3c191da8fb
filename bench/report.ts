import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { root } from "@/bin/build";

export type Row = {
  what: string;
  ours: string;
  peer: string;
  /** What the target is about: a ratio, milliseconds, megabytes. */
  result: number;
  unit: string;
  target: { atMost: number } | { atLeast: number } | null;
};

const number = (value: number, unit: string) =>
  `${value.toFixed(unit === "" ? 2 : value < 10 ? 1 : 0)}${unit && ` ${unit}`}`;

/** Seconds with the digits that mean something. */
export const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

function verdict(row: Row): string[] {
  const { target, unit } = row;
  if (!target) return ["", ""];
  const [sign, bound] = "atMost" in target ? ["≤", target.atMost] : ["≥", target.atLeast];
  return [`${sign} ${number(bound, unit)}`, isMissed(row) ? "✗" : "✓"];
}

/** Whether it has a target and is not there. */
export function isMissed({ result, target }: Row): boolean {
  if (!target) return false;
  return "atMost" in target ? !(result <= target.atMost) : !(result >= target.atLeast);
}

/** The rows as a Markdown table. */
export function table(rows: Row[]): string {
  const lines = rows.map(
    (row) => `| ${[row.what, row.ours, row.peer, number(row.result, row.unit), ...verdict(row)].join(" | ")} |`,
  );
  return ["| what | Coffer | peer | result | target | |", "|---|---|---|---|---|---|", ...lines].join("\n");
}

/** Keeps a run: what machine, what versions, what came out. Gives the file's name. */
export async function keep(rows: Row[], facts: Record<string, string>): Promise<string> {
  const cpu = `${os.availableParallelism()} × ${os.cpus()[0]?.model.trim() ?? "CPU"}`;
  const machine = {
    Machine: `${cpu}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    Node: process.version,
    ...facts,
  };
  const head = Object.entries(machine).map(([key, value]) => `- ${key}: ${value}`);
  const time = new Date().toISOString().slice(0, 16).replace(":", "");
  const file = path.join(root, "bench/results", `${time}.md`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `# Benchmark of ${time.slice(0, 10)}\n\n${head.join("\n")}\n\n${table(rows)}\n`);
  return path.relative(root, file);
}
