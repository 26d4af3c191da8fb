import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { mustRun } from "@/bin/run";

/** Where the servers are that all hosts share. */
export const hub = "10.77.0.1";

const variable = "COFFER_BENCH_NETWORK";

/** Whether this process is in a network of its own. */
export const isInOwnNetwork = (): boolean => process.env[variable] === "own";

/** Runs this program once more, in a network that nothing outside of it reaches. Gives its exit code. */
export async function runInOwnNetwork(): Promise<number> {
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", ["--net", ...words], { stdio: "inherit", env: { ...process.env, [variable]: "own" } });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** The middle of it, which the bench itself is in. */
export async function openHub(): Promise<void> {
  await ip("link", "set", "lo", "up");
  await ip("addr", "add", `${hub}/32`, "dev", "lo");
}

export type Cable = {
  /** The command that puts another one on this host. */
  through: string[];
  /** What it sends goes nowhere, and nobody tells it so. */
  pull(): Promise<void>;
  plugIn(): Promise<void>;
  /** The host goes, with its network. */
  remove(): Promise<void>;
};

/** A host with a cable to the hub: a network namespace, which lasts as long as a process in it. */
export async function addHost(n: number): Promise<Cable> {
  const holder = spawn("unshare", ["--net", "sleep", "infinity"], { stdio: "ignore" });
  await once(holder, "spawn");
  await isUnshared(holder);
  const through = ["nsenter", `--net=/proc/${holder.pid}/ns/net`];
  const [here, there] = [`host${n}`, "eth0"];
  await ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", String(holder.pid));
  await ip("addr", "add", `10.77.${n}.1/24`, "dev", here);
  await ip("link", "set", here, "up");
  const inside = (...words: string[]) => mustRun("nsenter", [...through.slice(1), "ip", ...words]);
  await inside("link", "set", "lo", "up");
  await inside("addr", "add", `10.77.${n}.2/24`, "dev", there);
  await inside("link", "set", there, "up");
  await inside("route", "add", "default", "via", `10.77.${n}.1`);
  return {
    through,
    pull: () => ip("link", "set", here, "down"),
    plugIn: () => ip("link", "set", here, "up"),
    async remove() {
      const gone = once(holder, "exit");
      holder.kill("SIGKILL");
      await gone;
    },
  };
}

const ip = async (...words: string[]): Promise<void> => void (await mustRun("ip", words));

/** It is in a network of its own once it has become the command that it was given. */
async function isUnshared({ pid }: ChildProcess): Promise<void> {
  const own = await readlink("/proc/self/ns/net");
  while ((await readlink(`/proc/${pid}/ns/net`)) === own) await delay(10);
}
