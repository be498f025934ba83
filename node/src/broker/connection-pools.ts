import type { Hex } from "@deed/protocol/encoding";
import type { Connect } from "./connect.ts";
import { Connections, type ConnectionsOptions } from "./connections.ts";

export interface ConnectionPoolsOptions extends ConnectionsOptions {
  /** Intents whose connections are kept open while none of their attempts runs. */
  readonly restingIntents: number;
}

interface Entry {
  readonly connections: Connections;
  users: number;
}

/** Connections per intent: no intent ever writes to a connection that another one opened. */
export class ConnectionPools {
  readonly #options: ConnectionPoolsOptions;
  readonly #connect: Connect;
  /** In order of the last use. */
  readonly #byIntent = new Map<Hex, Entry>();

  constructor(options: ConnectionPoolsOptions, collaborators: { readonly connect: Connect }) {
    this.#options = options;
    this.#connect = collaborators.connect;
  }

  take(intentHash: Hex): { readonly connections: Connections; readonly release: () => void } {
    const entry = this.#byIntent.get(intentHash) ?? {
      connections: new Connections(this.#options, { connect: this.#connect }),
      users: 0,
    };
    entry.users += 1;
    this.#byIntent.delete(intentHash);
    this.#byIntent.set(intentHash, entry);
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      entry.users -= 1;
      this.#trim();
    };
    return { connections: entry.connections, release };
  }

  close(): void {
    for (const { connections } of this.#byIntent.values()) connections.close();
    this.#byIntent.clear();
  }

  #trim(): void {
    let surplus = this.#byIntent.size - this.#options.restingIntents;
    for (const [intentHash, entry] of this.#byIntent) {
      if (surplus <= 0) return;
      if (entry.users > 0) continue;
      this.#byIntent.delete(intentHash);
      entry.connections.close();
      surplus -= 1;
    }
  }
}
