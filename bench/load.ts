import { spawn } from "node:child_process";

export type Load = { perSecond: number; p99: number };

/** Asks one address from 50 connections for some seconds, with wrk (one thread: the server has the other core). Latency in ms. */
export async function load(url: string, headers: Record<string, string>, seconds: number): Promise<Load> {
  const args = [
    "-t1",
    "-c50",
    `-d${seconds}s`,
    "--latency",
    ...Object.entries(headers).flatMap(([key, value]) => ["-H", `${key}: ${value}`]),
    url,
  ];
  const child = spawn("wrk", args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const chunk of child.stdout) text += chunk;
  const perSecond = Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  const [, amount, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? [];
  if (!perSecond || /Non-2xx/.test(text)) throw new Error(`wrk: ${text}`);
  return { perSecond, p99: Number(amount) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"] };
}
