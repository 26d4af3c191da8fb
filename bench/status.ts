import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import path from "node:path";
import { encode } from "next-auth/jwt";
import { dropBackups, exportOnce, isCompleted, type Lab, until } from "@/bench/lab";
import { load } from "@/bench/load";
import { median, timed } from "@/bench/measure";
import { type Row, seconds } from "@/bench/report";
import { root } from "@/bin/build";
import { mustRun } from "@/bin/run";
import { deriveKey } from "@/db/secret";
import { signJwt } from "@/server/jwt";

const ourPort = 43_117;
const peerPort = 43_118;
const uncountedPort = 43_121;
const next = path.join(root, "node_modules/next/dist/bin/next");
const peerFolder = path.join(root, "bench/next-peer");

/** The cookie of somebody who is signed in. */
export async function sessionCookie(lab: Lab): Promise<string> {
  const token = { sub: lab.admin.id, version: lab.admin.sessionVersion };
  return `next-auth.session-token=${await encode({ token, secret: deriveKey("session").toString("hex") })}`;
}

const statusPath = (jobId: string) => `/api/trpc/job.getStatus?input=${encodeURIComponent(JSON.stringify({ jobId }))}`;
const statusUrl = (port: number, jobId: string) => `http://127.0.0.1:${port}${statusPath(jobId)}`;

async function startPeer(body: string) {
  await mustRun(process.execPath, [next, "build"], {
    cwd: peerFolder,
    env: { ...process.env, NODE_ENV: "production" },
  });
  const child = spawn(process.execPath, [next, "start", "-p", String(peerPort), "-H", "127.0.0.1"], {
    cwd: peerFolder,
    env: { ...process.env, BENCH_JSON: body },
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const chunk of child.stdout) if (/Ready/i.test(String(chunk))) break;
  child.stdout.resume();
  return child;
}

/** Counts reads, though it never refuses one: so is every read of a real client counted. */
const startCounted = (lab: Lab) => lab.start("web", { PORT: String(ourPort), STATUS_READS_PER_SECOND: "1000000000" });

/** getStatus over HTTP against a bare Next route that gives the same JSON. */
export async function benchStatus(lab: Lab, project: { id: string }, rounds: number): Promise<Row[]> {
  const worker = await lab.start("worker");
  const job = await exportOnce(lab, project.id, { format: "custom" });
  await lab.stop(worker);
  const headers = { cookie: await sessionCookie(lab) };
  const url = statusUrl(ourPort, job.id);
  const uncountedUrl = statusUrl(uncountedPort, job.id);
  const web = await startCounted(lab);
  const peer = await startPeer(await (await fetch(url, { headers })).text());
  await lab.stop(web);
  const peerUrl = `http://127.0.0.1:${peerPort}/status`;
  const ours: Awaited<ReturnType<typeof load>>[] = [];
  const theirs: typeof ours = [];
  const free: typeof ours = [];
  try {
    await load(peerUrl, {}, 4);
    // One process of the same program may be a tenth faster than the next for all its life: each round has new ones.
    for (let round = 0; round < rounds; round++) {
      const counted = await startCounted(lab);
      const uncounted = await lab.start("web", { PORT: String(uncountedPort), STATUS_READS_PER_SECOND: "0" });
      // V8 makes them faster for some ten thousand answers.
      await load(url, headers, 6);
      await load(uncountedUrl, headers, 6);
      for (let turn = 0; turn < 2; turn++) {
        ours.push(await load(url, headers, 2));
        free.push(await load(uncountedUrl, headers, 2));
        theirs.push(await load(peerUrl, {}, 2));
      }
      await lab.stop(uncounted);
      await lab.stop(counted);
    }
  } finally {
    peer.kill();
    await once(peer, "exit");
  }
  const rates = (runs: typeof ours) => runs.map((run) => run.perSecond);
  const [mine, bare, cheap] = [median(rates(ours)), median(rates(theirs)), median(rates(free))];
  const rate = (value: number) => `${value.toFixed(0)}/s`;
  return [
    {
      what: "getStatus over HTTP, 50 connections, against a bare Next route",
      ours: rate(mine),
      peer: rate(bare),
      result: mine / bare,
      unit: "",
      target: { atLeast: 0.7 },
    },
    {
      what: "the same, p99",
      ours: "",
      peer: "",
      result: median(ours.map((run) => run.p99)),
      unit: "ms",
      target: { atMost: 100 },
    },
    {
      what: "counting for the rate limit, as a part of a status read",
      ours: rate(mine),
      peer: rate(cheap),
      result: Math.max(0, 1 - mine / cheap) * 100,
      unit: "%",
      target: { atMost: 10 },
    },
  ];
}

/** Two exports at a time, alone and while 200 clients ask for a status each second. */
export async function benchPolling(lab: Lab, project: { id: string }, rounds: number): Promise<Row[]> {
  const worker = await lab.start("worker");
  const web = await startCounted(lab);
  const watched = await exportOnce(lab, project.id, { format: "custom" });
  // Half of them dialogs, half of them scripts.
  const requests = [
    `GET ${statusPath(watched.id)} HTTP/1.1\r\nHost: x\r\nCookie: ${await sessionCookie(lab)}\r\n\r\n`,
    `GET /api/jobs/${watched.id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await signJwt(lab.admin)}\r\n\r\n`,
  ];
  // Looks seldom: what is measured is what the other looks cost.
  const one = async () => until((await lab.startExport(project.id, { format: "custom" })).id, isCompleted, 50);
  const two = () => Promise.all([one(), one()]);
  const alone: number[] = [];
  const watchedBy200: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      alone.push(await timed(two));
      const stop = poll(ourPort, requests, 200);
      watchedBy200.push(await timed(two));
      stop();
      await dropBackups(lab);
    }
  } finally {
    await lab.stop(web);
    await lab.stop(worker);
  }
  const [quiet, busy] = [median(alone), median(watchedBy200)];
  return [
    {
      what: "two exports while 200 clients poll, against alone",
      ours: seconds(busy),
      peer: seconds(quiet),
      result: busy / quiet,
      unit: "",
      target: { atMost: 1.1 },
    },
  ];
}

/**
 * So many clients that each ask once a second, spread over it. Bare sockets: the clients are other machines in truth, so
 * what they cost here must be as little as can be.
 */
function poll(port: number, requests: string[], clients: number): () => void {
  const sockets = Array.from({ length: clients }, () =>
    connect(port, "127.0.0.1")
      .on("error", () => {})
      .resume(),
  );
  let next = 0;
  const every = 1000 / clients;
  const timer = setInterval(() => {
    const request = requests[next % requests.length] ?? "";
    sockets[next++ % clients]?.write(request);
  }, every);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
}
