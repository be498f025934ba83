import {
  type NodeCode,
  type NodeProcess,
  type NodeProcessOptions,
  spawnNode,
  type WaitingNode,
} from "./node-process.ts";

export interface NodeFleetOptions {
  readonly nodes: number;
  readonly code?: NodeCode | undefined;
  /** What a node gets of the environment; left out, where programs are. */
  environmentOf?(nodeNo: number): Readonly<Record<string, string | undefined>>;
}

/** The node processes of a network: those that wait for their configuration, and those that run. */
export class NodeFleet {
  readonly #options: NodeFleetOptions;
  /** Ready to be started; each once. */
  readonly #waiting = new Map<number, WaitingNode>();
  readonly #running = new Map<number, NodeProcess>();

  /** Begins the processes: they load their code while there is no network yet. */
  constructor(options: NodeFleetOptions) {
    this.#options = options;
    for (let nodeNo = 1; nodeNo <= options.nodes; nodeNo += 1) {
      this.#waiting.set(nodeNo, this.#spawn(nodeNo));
    }
  }

  /** In the order of their numbers. */
  get running(): readonly NodeProcess[] {
    return [...this.#running.values()].sort((a, b) => a.nodeNo - b.nodeNo);
  }

  /** Starts a node, also one that ended. Errors: NetworkError. */
  async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { nodeNo } = options;
    const waiting = this.#waiting.get(nodeNo) ?? this.#spawn(nodeNo);
    this.#waiting.set(nodeNo, waiting);
    try {
      const node = await waiting.start(options);
      this.#running.set(nodeNo, node);
      return node;
    } finally {
      // One that did not come up has ended: the next start is another process's.
      this.#waiting.delete(nodeNo);
    }
  }

  #spawn(nodeNo: number): WaitingNode {
    return spawnNode(this.#options.code, this.#options.environmentOf?.(nodeNo));
  }

  async close(): Promise<void> {
    const all = [...this.#waiting.values(), ...this.#running.values()];
    await Promise.all(all.map((node) => node.close()));
  }
}
