import { type ChildProcess, spawn } from "node:child_process";
import type { Duplex } from "node:stream";
import { BROKER_FD } from "./broker-fd.ts";
import { encodeFrame, FrameError, type FrameLimits, FrameReader } from "./frames.ts";
import type { CommandLine } from "./launcher.ts";
import { type FromChild, parseFromChild } from "./messages.ts";

export type ChildEnd =
  | { readonly kind: "exit"; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: "no-start"; readonly detail: string };

/** What a child did last. */
export type ChildEvent =
  | { readonly kind: "message"; readonly message: FromChild }
  | { readonly kind: "garbage"; readonly detail: string }
  | { readonly kind: "too-much" }
  | { readonly kind: "end"; readonly end: ChildEnd };

/** One single-use child: started, given one job, killed with its whole process group. */
export class SandboxChild {
  readonly #process: ChildProcess;
  readonly #pipe: Duplex;
  readonly #reader: FrameReader;
  readonly #events: ChildEvent[] = [];
  readonly #ended: Promise<ChildEnd>;
  #waiting: ((event: ChildEvent) => void) | null = null;
  #isEnded = false;

  constructor(command: CommandLine, limits: FrameLimits) {
    this.#reader = new FrameReader(limits);
    this.#process = spawn(command.file, command.args, {
      cwd: "/",
      env: {},
      // A group of its own, so that one signal reaches whatever it may have started.
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    this.#pipe = this.#process.stdio[BROKER_FD] as Duplex;
    this.#pipe.on("data", (chunk: Buffer) => this.#take(chunk));
    this.#pipe.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve({ kind: "no-start", detail: error.message }));
      this.#process.once("close", (exitCode, signal) =>
        resolve({ kind: "exit", exitCode, signal }),
      );
    });
    this.#ended.then(
      (end) => {
        this.#isEnded = true;
        this.#emit({ kind: "end", end });
      },
      () => undefined,
    );
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Settles when the process and its pipe have gone. */
  get ended(): Promise<ChildEnd> {
    return this.#ended;
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
    if (!this.#isEnded && this.#process.pid !== undefined) {
      try {
        process.kill(-this.#process.pid, "SIGKILL");
      } catch {
        this.#process.kill("SIGKILL");
      }
    }
    this.#pipe.destroy();
    await this.#ended;
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
