import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { type EchoServer, startEcho } from "@deed/devnet";
import { BenchError, type RowContext } from "../row.ts";
import { type InstalledRestate, installRestate } from "./install-restate.ts";

/** Restate with the same work, durable as it comes: one node, write-ahead log, fsync. It verifies nothing. */
export interface Restate {
  readonly version: string;
  /** Server and worker. */
  readonly pids: readonly number[];
  /** From the spawn of the server to the first execution's answer. */
  readonly firstMs: number;
  /** One execution, to its answer. */
  execute(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 20;
/** As long as a fire's input. */
const INPUT = JSON.stringify({ n: 1, text: "x".repeat(160) });

/** Errors: BenchError. */
export async function openRestate(context: RowContext): Promise<Restate> {
  const installed = await installRestate(context.signal, context.say);
  const echo = await startEcho();
  const children: ChildProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(children.map(ended));
    await echo.close();
  };
  try {
    return { ...(await start(installed, echo, children, context)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function start(
  { server, service, version }: InstalledRestate,
  echo: EchoServer,
  children: ChildProcess[],
  { directory, signal }: RowContext,
): Promise<Omit<Restate, "close">> {
  const data = join(directory, "restate");
  mkdirSync(data, { recursive: true });
  const ports = await freePorts(3);
  const [ingress = 0, admin = 0] = ports;
  const worker = spawn(process.execPath, [service, echo.url], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  children.push(worker);
  const workerPort = await firstLine(worker);
  const startedMs = performance.now();
  const child = spawn(server, ["--no-logo"], { env: environment(data, ports), stdio: "ignore" });
  children.push(child);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(START_LIMIT_MS)]);
  await untilOk(() => fetch(`http://127.0.0.1:${admin}/health`, { signal: limit }), limit);
  const uri = `http://127.0.0.1:${workerPort}`;
  await untilOk(
    () => post(`http://127.0.0.1:${admin}/deployments`, JSON.stringify({ uri }), limit),
    limit,
  );
  const run = `http://127.0.0.1:${ingress}/bench/run`;
  await untilOk(() => post(run, INPUT, limit), limit);
  return {
    version,
    pids: [child.pid ?? 0, worker.pid ?? 0],
    firstMs: performance.now() - startedMs,
    execute: async (callSignal) => {
      const response = await post(run, INPUT, callSignal);
      const text = await response.text();
      if (response.status === 200) return;
      throw new BenchError({
        code: "UNEXPECTED_RESULT",
        reason: `Restate: ${response.status} ${text}`,
      });
    },
  };
}

function environment(data: string, [ingress, admin, node]: readonly number[]): NodeJS.ProcessEnv {
  return {
    RESTATE_BASE_DIR: data,
    RESTATE_LISTEN_MODE: "tcp",
    RESTATE_BIND_ADDRESS: `127.0.0.1:${node}`,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${ingress}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${admin}`,
    RESTATE_DISABLE_TELEMETRY: "true",
    RESTATE_LOG_FILTER: "error",
    // It asks for its newest version; nothing listens there.
    HTTPS_PROXY: "http://127.0.0.1:9",
    NO_PROXY: "127.0.0.1",
  };
}

function post(url: string, body: string, signal: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    signal,
  });
}

async function untilOk(ask: () => Promise<Response>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await ask().catch(() => null);
    await response?.text();
    if (response?.ok === true) return;
    if (signal.aborted) {
      throw new BenchError({ code: "CANNOT_RUN", reason: "Restate did not start" });
    }
    await sleep(POLL_MS);
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) return line;
  throw new BenchError({ code: "CANNOT_RUN", reason: "Restate's service did not start" });
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
