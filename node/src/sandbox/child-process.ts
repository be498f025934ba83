import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import { BROKER_FD } from "./broker-fd.ts";
import { encodeFrame, FrameError, type FrameLimits, FrameReader } from "./frames.ts";
import type { CommandLine } from "./launcher.ts";
import { type FromChild, parseFromChild } from "./messages.ts";
import { processStat } from "./process-stat.ts";

/** How long one that waits for another may take to end with it. */
const INNER_GRACE_MS = 500;

export type ChildEnd =
  | { readonly kind: "exit"; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: "no-start"; readonly detail: string }
  | { readonly kind: "server-lost"; readonly detail: string };

/** What a child did last. */
export type ChildEvent =
  | { readonly kind: "message"; readonly message: FromChild }
  | { readonly kind: "garbage"; readonly detail: string }
  | { readonly kind: "too-much" }
  | { readonly kind: "too-late" }
  | { readonly kind: "end"; readonly end: ChildEnd };

/** One single-use child: started, given one job, killed with its whole process group. */
export class SandboxChild {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #reader: FrameReader;
  readonly #events: ChildEvent[] = [];
  readonly #ended: Promise<ChildEnd>;
  readonly #gone: Promise<void>;
  #waiting: ((event: ChildEvent) => void) | null = null;
  #isEnded = false;
  #release: () => Promise<void> = () => Promise.resolve();
  #innerPid: number | null = null;

  constructor(command: CommandLine, limits: FrameLimits) {
    this.#reader = new FrameReader(limits);
    this.#process = spawn(command.file, command.args, {
      cwd: "/",
      env: {},
      // A group of its own, so that one signal reaches whatever it may have started.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "pipe", ...extraPipes(command)],
    });
    // A child that ends before it has read everything is no error here.
    for (let index = 0; index < (command.extraPipes ?? 0); index += 1) {
      this.extraPipe(index).on("error", () => undefined);
    }
    this.#pipe = this.#process.stdio[BROKER_FD] as Duplex;
    this.#pipe.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#pipe.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve({ kind: "no-start", detail: error.message }));
      this.#process.once("close", (exitCode, signal) =>
        resolve({ kind: "exit", ...(signal === null ? exitOf(exitCode) : { exitCode, signal }) }),
      );
    });
    this.#gone = this.#ended.then((end) => {
      this.#isEnded = true;
      this.#emit({ kind: "end", end });
      return this.#release();
    });
    // Whoever kills the child hears of it; one that ended by itself has nobody to tell.
    this.#gone.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The process that does the work: this one, or one that it started and waits for. */
  get workerPid(): number | undefined {
    return this.#innerPid ?? this.pid;
  }

  /** It only waits for another process, which does the work. */
  worksIn(innerPid: number): void {
    this.#innerPid = innerPid;
  }

  /** Settles when the process and its pipe have gone. */
  get ended(): Promise<ChildEnd> {
    return this.#ended;
  }

  /** One of the descriptors after the broker's, as this side has it. */
  extraPipe(index: number): Duplex {
    return this.#process.stdio[BROKER_FD + 1 + index] as Duplex;
  }

  /** What is to be taken away when the child has gone. */
  whenGone(release: () => Promise<void>): void {
    this.#release = release;
  }

  /** Lowers what the child may say in all. */
  limitOutput(totalBytes: number): void {
    this.#reader.tighten(totalBytes);
  }

  send(message: unknown): void {
    if (!this.#pipe.destroyed) this.#pipe.write(encodeFrame(message));
  }

  /** The next thing that the child does; one reader at a time. */
  next(): Promise<ChildEvent> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve(event);
    this.#pipe.resume();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async kill(): Promise<void> {
    for (const pipe of this.#process.stdio) pipe?.destroy();
    await this.#killInner();
    if (!this.#isEnded && this.#process.pid !== undefined) {
      try {
        process.kill(-this.#process.pid, "SIGKILL");
      } catch {
        this.#process.kill("SIGKILL");
      }
    }
    await this.#gone;
  }

  /** Whoever waits for the inner process ends with it, and counts what it used; killed first, it would not. */
  async #killInner(): Promise<void> {
    const inner = this.#innerPid;
    if (this.#isEnded || inner === null) return;
    // Its number may be another's by now.
    if (processStat(inner)?.parentPid !== this.pid) return;
    try {
      process.kill(inner, "SIGKILL");
    } catch {
      return;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, INNER_GRACE_MS);
    });
    await Promise.race([this.#ended, late]);
    clearTimeout(timer);
  }

  #take(chunk: Buffer): void {
    try {
      for (const raw of this.#reader.push(chunk)) {
        const message = parseFromChild(raw);
        this.#emit(
          message === null ? { kind: "garbage", detail: "shape" } : { kind: "message", message },
        );
      }
    } catch (error) {
      this.#pipe.pause();
      const isTooMuch = error instanceof FrameError && error.failure.code !== "NOT_JSON";
      this.#emit(isTooMuch ? { kind: "too-much" } : { kind: "garbage", detail: "frame" });
    }
  }

  #emit(event: ChildEvent): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) {
      waiting(event);
      return;
    }
    // Nobody asked: read no more until somebody does, so that a flood stays in the kernel.
    this.#events.push(event);
    this.#pipe.pause();
  }
}

function extraPipes({ extraPipes: count = 0 }: CommandLine): readonly "pipe"[] {
  return new Array<"pipe">(count).fill("pipe");
}

/** A launcher that waited for a child killed by a signal ends with 128 and its number, as shells do. */
function exitOf(exitCode: number | null): Omit<ChildEnd & { kind: "exit" }, "kind"> {
  const number = (exitCode ?? 0) - 128;
  const signal = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return signal === undefined ? { exitCode, signal: null } : { exitCode: null, signal };
}
