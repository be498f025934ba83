import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Duplex } from "node:stream";
import { scriptModulePath } from "../../scripts/script-module.ts";
import type { GroupPool } from "../cgroup/cgroup-place.ts";
import type { FrameLimits } from "../frames.ts";
import { ServedRun } from "./served-run.ts";
import type { EnterOptions } from "./server/addon.ts";
import type { ServerStart } from "./server/become-server.ts";
import {
  killMessage,
  type ServedLimits,
  ServerReader,
  startMessage,
  WIRE_VERSION,
  WireError,
} from "./wire.ts";

/** Where the socket to the node is in the server. */
const NODE_FD = 3;
const START_TIMEOUT_MS = 20_000;
const MAX_COMPLAINT = 500;

export interface ForkServerOptions {
  readonly addonPath: string;
  /** The server's code in one file. */
  readonly bundlePath: string;
  /** A network namespace for each run; else one empty one for all. */
  readonly ownNetwork: boolean;
  /** Without machine code made at run time, and so without WebAssembly. */
  readonly jitless: boolean;
  /** Most runs at once. */
  readonly runs: number;
  /** What root becomes; another user stays. */
  readonly uid: number;
  /** JavaScript's heap in each run. */
  readonly heapMb: number;
  /** Most bytes that wait for a run to read them. */
  readonly queueBytes: number;
  readonly frames: FrameLimits;
  /** Makes control groups for a server: as many as it has runs at once. Null where the system lets the node make none. */
  openGroups?(): GroupPool | null;
}

/** How a server ended. */
export interface ServerEnd {
  readonly detail: string;
}

/** One fork server: a process of this node, its socket, and its runs. */
export class ForkServer {
  readonly #process: ChildProcess;
  readonly #socket: Duplex;
  readonly #reader = new ServerReader();
  readonly #runs = new Map<number, ServedRun>();
  readonly #frames: FrameLimits;
  readonly #hasScripts: boolean;
  readonly #ended: Promise<ServerEnd>;
  readonly #gone: Promise<void>;
  #ready: () => void = () => undefined;
  #complaint = "";
  #lastRun = 0;
  #isEnded = false;
  #idle: (() => void) | null = null;

  /** Use `startForkServer`, which waits until it takes runs. */
  constructor(options: ForkServerOptions) {
    this.#frames = options.frames;
    this.#hasScripts = !options.jitless;
    const groups = options.openGroups?.() ?? null;
    this.#process = spawn(process.execPath, serverArgs(options, groups), {
      cwd: "/",
      env: {},
      // Out of the terminal's group: what is typed there is for the node, which ends its runs in order.
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    if (!options.jitless && this.#process.pid !== undefined) rankSession(this.#process.pid);
    this.#socket = this.#process.stdio[NODE_FD] as Duplex;
    this.#socket.on("error", () => undefined);
    this.#socket.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#process.stderr?.on("data", (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString("utf8")).slice(0, MAX_COMPLAINT);
    });
    this.#ended = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve({ detail: error.message }));
      this.#process.once("close", (code, signal) => resolve({ detail: this.#words(code, signal) }));
    });
    void this.#ended.then(({ detail }) => {
      this.#isEnded = true;
      for (const run of this.#runs.values()) run.lost(detail);
      this.#runs.clear();
      this.#idle?.();
    });
    // Whoever closes it hears of what could not be removed.
    this.#gone = this.#ended.then(() => groups?.remove());
    this.#gone.catch(() => undefined);
  }

  /** Settles when the process has gone; with it went its runs. */
  get ended(): Promise<ServerEnd> {
    return this.#ended;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Runs that have not ended. */
  get runs(): number {
    return this.#runs.size;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when it takes runs, with false when it ends instead. */
  async comeUp(): Promise<boolean> {
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), START_TIMEOUT_MS);
    const isUp = new Promise<boolean>((resolve) => {
      this.#ready = () => resolve(true);
    });
    const result = await Promise.race([isUp, this.#ended.then(() => false)]);
    clearTimeout(timer);
    return result;
  }

  /** A run that has been asked for; it may turn out not to start. */
  start(limits: ServedLimits): ServedRun {
    this.#lastRun = (this.#lastRun + 1) >>> 0;
    const id = this.#lastRun;
    const run = new ServedRun(id, this.#frames, {
      hasScripts: this.#hasScripts,
      write: (bytes) => this.#write(bytes),
      kill: () => this.#write(killMessage(id)),
    });
    if (this.#isEnded) run.lost("the fork server has ended");
    else this.#runs.set(id, run);
    this.#write(startMessage(id, limits));
    return run;
  }

  /** Resolves when no run is left. */
  async drained(): Promise<void> {
    if (this.#runs.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  /** Ends the server, and with it whatever runs. */
  async close(): Promise<void> {
    this.#socket.destroy();
    if (!this.#isEnded) this.#process.kill("SIGKILL");
    await this.#gone;
  }

  #write(bytes: Buffer): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes);
  }

  #take(chunk: Buffer): void {
    try {
      for (const message of this.#reader.push(chunk)) {
        if (message.type === "ready") this.#come(message.version);
        else if (message.type === "data") this.#runs.get(message.run)?.take(message.bytes);
        else this.#endRun(message.run, (run) => run.end(message.end));
      }
    } catch (error) {
      this.#complaint = error instanceof Error ? error.message : "";
      this.#process.kill("SIGKILL");
    }
  }

  #come(version: number): void {
    if (version !== WIRE_VERSION) {
      throw new WireError(
        `its binary is of version ${version}, not ${WIRE_VERSION}: compile it again`,
      );
    }
    this.#ready();
  }

  #endRun(id: number, end: (run: ServedRun) => void): void {
    const run = this.#runs.get(id);
    this.#runs.delete(id);
    if (run !== undefined) end(run);
    if (this.#runs.size === 0) this.#idle?.();
  }

  #words(code: number | null, signal: string | null): string {
    const how = signal === null ? `exit code ${code}` : signal;
    const complaint = this.#complaint.trim();
    return complaint === "" ? `the fork server ended: ${how}` : complaint;
  }
}

/**
 * Scripts may compute for long, and a run's rank is among those of its own server alone where the system shares time between
 * sessions first: there a third of another's share is theirs.
 */
function rankSession(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, "5");
  } catch {
    // No such system.
    return;
  }
}

/** A server that takes runs. @throws ForkServerError With what it said. */
export async function startForkServer(options: ForkServerOptions): Promise<ForkServer> {
  const server = new ForkServer(options);
  if (await server.comeUp()) return server;
  const { detail } = await server.ended;
  await server.close();
  throw new ForkServerError(detail);
}

/** A fork server that did not come up. */
export class ForkServerError extends Error {
  override readonly name = "ForkServerError";
}

function serverArgs(options: ForkServerOptions, groups: GroupPool | null): readonly string[] {
  const enter: EnterOptions = {
    nodeFd: NODE_FD,
    nodePid: process.pid,
    uid: options.uid,
    ownNetwork: options.ownNetwork ? 1 : 0,
    jitless: options.jitless ? 1 : 0,
    runs: options.runs,
    queueBytes: options.queueBytes,
    groupFiles: groups?.files.flat() ?? [],
  };
  const start: ServerStart = {
    addonPath: options.addonPath,
    scriptModulePath: options.jitless ? null : scriptModulePath(),
    enter,
  };
  return [
    ...(options.jitless ? ["--jitless"] : []),
    ...["--single-threaded", "--v8-pool-size=1", "--expose-gc"],
    // What the warm-up has compiled stays, however often it collects garbage.
    "--no-flush-bytecode",
    ...["--use-largepages=on", "--disallow-code-generation-from-strings", "--no-warnings"],
    // A young generation that has grown during the warm-up would be copied for each run.
    ...["--max-semi-space-size=1", `--max-old-space-size=${options.heapMb}`],
    options.bundlePath,
    JSON.stringify(start),
  ];
}
