import type { Socket } from "node:net";
import { Client } from "undici";
import type { Connect } from "./connect.ts";
import type { HttpLimits } from "./http-limits.ts";

export interface ConnectionsOptions extends Pick<HttpLimits, "headerBytes"> {
  /** How long a connection rests, unless its server says that it closes it sooner. */
  readonly restMs: number;
  /** Of one intent, over all origins. */
  readonly restingConnections: number;
}

/** A connection that one request has for itself. */
export interface Line {
  readonly client: Client;
  /** Nothing went over it before. */
  readonly isFresh: boolean;
  /** The answer was whole: the connection may rest for the next request. */
  rest(): void;
  /** Closes it at once, also while it is coming about. After `rest` it does nothing. */
  drop(): void;
}

/** Connections of one intent, each for one request at a time. */
export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #connect: Connect;
  readonly #all = new Set<OwnLine>();
  /** The last one rested last. */
  readonly #resting = new Set<OwnLine>();
  #isClosed = false;

  constructor(options: ConnectionsOptions, collaborators: { readonly connect: Connect }) {
    this.#options = options;
    this.#connect = collaborators.connect;
  }

  /**
   * @param isFresh not one that rested: a server that closes one as the request arrives leaves open whether it was
   *   read.
   */
  take(origin: string, { isFresh }: { readonly isFresh: boolean }): Line {
    const rested = [...this.#resting].reverse().find((line) => line.origin === origin);
    const line = rested === undefined || isFresh ? this.#open(origin) : rested;
    this.#resting.delete(line);
    let isBack = false;
    const giveBack = (end: () => void) => (): void => {
      if (isBack) return;
      isBack = true;
      end();
    };
    return {
      client: line.client,
      isFresh: line !== rested,
      rest: giveBack(() => this.#rest(line)),
      drop: giveBack(() => this.#drop(line)),
    };
  }

  /** Closes all at once; who takes one afterwards cannot connect. */
  close(): void {
    this.#isClosed = true;
    for (const line of this.#all) this.#drop(line);
  }

  #open(origin: string): OwnLine {
    const line = new OwnLine(origin, this.#options, this.#connect);
    if (this.#isClosed) line.destroy();
    else this.#all.add(line);
    // Its server closed it, or it has rested for long enough.
    line.client.on("disconnect", () => {
      if (this.#resting.has(line)) this.#drop(line);
    });
    return line;
  }

  #rest(line: OwnLine): void {
    if (!line.isOpen) {
      this.#drop(line);
      return;
    }
    this.#resting.add(line);
    const [oldest] = this.#resting;
    const isFull = this.#resting.size > this.#options.restingConnections;
    if (isFull && oldest !== undefined) this.#drop(oldest);
  }

  #drop(line: OwnLine): void {
    this.#all.delete(line);
    this.#resting.delete(line);
    line.destroy();
  }
}

class OwnLine {
  readonly origin: string;
  readonly client: Client;
  #socket: Socket | null = null;

  constructor(origin: string, options: ConnectionsOptions, connect: Connect) {
    this.origin = origin;
    this.client = new Client(origin, {
      connect: (target, callback) => {
        this.#socket = connect(target, callback);
      },
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: options.headerBytes,
      keepAliveTimeout: options.restMs,
      keepAliveMaxTimeout: options.restMs,
      // The broker has clocks of its own.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  get isOpen(): boolean {
    return this.#socket !== null && !this.#socket.destroyed && this.#socket.writable;
  }

  destroy(): void {
    this.client.destroy().catch(() => undefined);
    this.#socket?.destroy();
  }
}
