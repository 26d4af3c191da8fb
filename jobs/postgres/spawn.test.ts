import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { spawnTool, type Tool } from "@/jobs/postgres/spawn";
import { waitFor } from "@/jobs/testing/wait";

const sh = (script: string, rest: Partial<Parameters<typeof spawnTool>[1]> = {}) =>
  spawnTool("/bin/sh", { args: ["-c", script], ...rest });
const output = ({ stdout }: Tool) => (stdout ? text(stdout) : Promise.resolve(""));
const alive = (mark: string) => spawnSync("pgrep", ["-f", mark]).status === 0;

describe("a program that we start", () => {
  it("tells how it ended and what it complained about last", async () => {
    const tool = sh("echo out; echo first >&2; echo last >&2; exit 3");
    expect(await output(tool)).toBe("out\n");
    expect(await tool.ended).toEqual({ code: 3, signal: null, stderr: ["first", "last"] });
  });

  it("tells the signal that ended it", async () => {
    expect(await sh("kill -9 $$").ended).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it("may complain without end: only its last lines are kept", async () => {
    const { stderr } = await sh("seq 1 200000 >&2").ended;
    expect(stderr).toHaveLength(40);
    expect(stderr.at(-1)).toBe("200000");
  });

  it("sees nothing of our environment but what every program needs", async () => {
    expect(process.env.COFFER_SECRET).toBeTruthy();
    const tool = spawnTool("env", { args: [], env: { PGAPPNAME: "coffer:1:1" } });
    const names = (await output(tool))
      .trim()
      .split("\n")
      .map((line) => line.split("=")[0]);
    const allowed = ["HOME", "LC_ALL", "NODE_ENV", "PATH", "PGAPPNAME", "SystemRoot", "TMPDIR"];
    expect(names.filter((name) => !allowed.includes(name ?? ""))).toEqual([]);
    expect(names).toContain("PGAPPNAME");
  });

  it("takes its arguments as they are: there is no shell in between", async () => {
    const odd = ["$(id)", "a b", "'", '"', "*", "-n", "a\nb", "\\"];
    const tool = spawnTool("printf", { args: ["%s|", ...odd] });
    expect(await output(tool)).toBe(`${odd.join("|")}|`);
  });

  it("ends when asked to, together with what it has started itself", async () => {
    const mark = randomUUID();
    const tool = sh(`sh -c 'sleep 600; : ${mark}' & sleep 600; : ${mark}`);
    await waitFor(() => alive(mark), { what: "the program" });
    expect(await tool.end()).toMatchObject({ signal: "SIGTERM" });
    expect(alive(mark)).toBe(false);
  });

  it("is killed when it does not end within some seconds", async () => {
    const mark = randomUUID();
    const tool = sh(`trap '' TERM; echo ready; while :; do sleep 0.1; done; : ${mark}`);
    if (tool.stdout) await once(tool.stdout, "data");
    expect(await tool.end()).toMatchObject({ signal: "SIGKILL" });
    expect(alive(mark)).toBe(false);
  });

  it("may be asked to end when it is over", async () => {
    const tool = sh("exit 0");
    await tool.ended;
    expect(await tool.end()).toMatchObject({ code: 0 });
  });

  it("does not outlive us when we are killed, even if it never writes", async () => {
    const mark = randomUUID();
    const code = `import { spawnTool } from "@/jobs/postgres/spawn"; spawnTool("/bin/sh", { args: ["-c", "sleep 600; : ${mark}"] }); setInterval(() => {}, 1000);`;
    const us = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", code], { stdio: "inherit" });
    const runs = () => spawnSync("pgrep", ["-f", `^/bin/sh -c sleep 600; : ${mark}`]).status === 0;
    await waitFor(runs, { what: "the program" });
    us.kill("SIGKILL");
    await once(us, "exit");
    await waitFor(() => !runs(), { what: "its end", seconds: 10 });
  });
});
