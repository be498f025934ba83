import { constants } from "node:os";
import type { ChildEnd, ChildEvent } from "../child-process.ts";
import type { RunPeer } from "../drive-run.ts";
import { encodeFrame, FrameError, type FrameLimits, FrameReader } from "../frames.ts";
import { parseFromChild } from "../messages.ts";
import { dataMessages, type ServedEnd } from "./wire.ts";

/** The way to a run, which goes through its server. */
export interface RunLine {
  readonly hasScripts: boolean;
  write(bytes: Buffer): void;
  kill(): void;
}

/** One run of a fork server, seen from the node. */
export class ServedRun implements RunPeer {
  readonly #id: number;
  readonly #line: RunLine;
  readonly #reader: FrameReader;
  readonly #events: ChildEvent[] = [];
  readonly #ended: Promise<ServedEnd | null>;
  #settle: (end: ServedEnd | null) => void = () => undefined;
  #waiting: ((event: ChildEvent) => void) | null = null;
  #isDeaf = false;
  #isEnded = false;

  constructor(id: number, frames: FrameLimits, line: RunLine) {
    this.#id = id;
    this.#line = line;
    this.#reader = new FrameReader(frames);
    this.#ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Settles when its process has gone, with what it used; null when the server has gone. */
  get ended(): Promise<ServedEnd | null> {
    return this.#ended;
  }

  get hasScripts(): boolean {
    return this.#line.hasScripts;
  }

  limitOutput(totalBytes: number): void {
    this.#reader.tighten(totalBytes);
  }

  send(message: unknown): void {
    if (!this.#isEnded) this.#line.write(dataMessages(this.#id, encodeFrame(message)));
  }

  next(): Promise<ChildEvent> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve(event);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Ends it, whatever it does. `ended` tells when it has gone. */
  kill(): void {
    this.#isDeaf = true;
    if (!this.#isEnded) this.#line.kill();
  }

  /** Bytes that it said. */
  take(bytes: Buffer): void {
    if (this.#isDeaf) return;
    try {
      for (const raw of this.#reader.push(bytes)) this.#hear(raw);
    } catch (error) {
      this.#isDeaf = true;
      const isTooMuch = error instanceof FrameError && error.failure.code !== "NOT_JSON";
      this.#emit(isTooMuch ? { kind: "too-much" } : { kind: "garbage", detail: "frame" });
    }
  }

  /** It has ended, says the server. */
  end(end: ServedEnd): void {
    this.#isEnded = true;
    this.#emit(eventOf(end));
    this.#settle(end);
  }

  /** The server has gone, and it with it. */
  lost(detail: string): void {
    this.#isEnded = true;
    this.#emit({ kind: "end", end: { kind: "server-lost", detail } });
    this.#settle(null);
  }

  #hear(raw: unknown): void {
    if (this.#isDeaf) return;
    const message = parseFromChild(raw);
    // A run waits for the answer to what it asked: one that goes on talking fills no memory here.
    if (message === null) this.#reject("shape");
    else if (this.#events.length > 0) this.#reject("out of turn");
    else this.#emit({ kind: "message", message });
  }

  #reject(detail: string): void {
    this.#isDeaf = true;
    this.#emit({ kind: "garbage", detail });
  }

  #emit(event: ChildEvent): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#events.push(event);
    else waiting(event);
  }
}

function eventOf(end: ServedEnd): ChildEvent {
  switch (end.reason) {
    case "deadline":
      return { kind: "too-late" };
    case "output":
      return { kind: "too-much" };
    case "unread":
      return { kind: "garbage", detail: "does not read" };
    case "not-started":
      return { kind: "end", end: { kind: "no-start", detail: errorName(end.exitCode) } };
    case "itself":
    case "killed":
      return { kind: "end", end: exitOf(end) };
  }
}

function exitOf({ exitCode, signal }: ServedEnd): ChildEnd {
  if (signal === 0) return { kind: "exit", exitCode, signal: null };
  return { kind: "exit", exitCode: null, signal: signalName(signal) };
}

function signalName(number: number): string {
  const entry = Object.entries(constants.signals).find(([, value]) => value === number);
  return entry?.[0] ?? `signal ${number}`;
}

function errorName(number: number): string {
  const entry = Object.entries(constants.errno).find(([, value]) => value === number);
  return entry?.[0] ?? `error ${number}`;
}
