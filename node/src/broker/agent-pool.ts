import type { Hex } from "@deed/protocol/encoding";
import type { Agent } from "undici";
import { type AgentCollaborators, type ConnectOptions, openAgent } from "./connect.ts";

interface Entry {
  readonly agent: Agent;
  users: number;
}

/** Connections per intent: no intent ever writes to a connection that another one opened. */
export class AgentPool {
  readonly #options: ConnectOptions & { readonly restingAgents: number };
  readonly #collaborators: AgentCollaborators;
  /** In order of the last use. */
  readonly #byIntent = new Map<Hex, Entry>();

  constructor(
    options: ConnectOptions & { readonly restingAgents: number },
    collaborators: AgentCollaborators,
  ) {
    this.#options = options;
    this.#collaborators = collaborators;
  }

  take(intentHash: Hex): { readonly agent: Agent; readonly release: () => void } {
    const entry = this.#byIntent.get(intentHash) ?? {
      agent: openAgent(this.#options, this.#collaborators),
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
    return { agent: entry.agent, release };
  }

  async close(): Promise<void> {
    const agents = [...this.#byIntent.values()].map((entry) => entry.agent);
    this.#byIntent.clear();
    await Promise.all(agents.map((agent) => agent.destroy()));
  }

  #trim(): void {
    let surplus = this.#byIntent.size - this.#options.restingAgents;
    for (const [intentHash, entry] of this.#byIntent) {
      if (surplus <= 0) return;
      if (entry.users > 0) continue;
      this.#byIntent.delete(intentHash);
      entry.agent.destroy().catch(() => undefined);
      surplus -= 1;
    }
  }
}
