import {
  type NodeCode,
  type NodeProcess,
  type NodeProcessOptions,
  spawnNode,
  type WaitingNode,
} from "./node-process.ts";

/** The node processes of a network: those that wait for their configuration, and those that run. */
export class NodeFleet {
  readonly #code: NodeCode | undefined;
  /** Ready to be started; each once. */
  readonly #waiting = new Map<number, WaitingNode>();
  readonly #running = new Map<number, NodeProcess>();

  /** Begins the processes: they load their code while there is no network yet. */
  constructor(options: { readonly nodes: number; readonly code?: NodeCode | undefined }) {
    this.#code = options.code;
    for (let nodeNo = 1; nodeNo <= options.nodes; nodeNo += 1) {
      this.#waiting.set(nodeNo, spawnNode(this.#code));
    }
  }

  /** In the order of their numbers. */
  get running(): readonly NodeProcess[] {
    return [...this.#running.values()].sort((a, b) => a.nodeNo - b.nodeNo);
  }

  /** Starts a node, also one that ended. Errors: NetworkError. */
  async start(options: NodeProcessOptions): Promise<NodeProcess> {
    const { nodeNo } = options;
    const waiting = this.#waiting.get(nodeNo) ?? spawnNode(this.#code);
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

  async close(): Promise<void> {
    const all = [...this.#waiting.values(), ...this.#running.values()];
    await Promise.all(all.map((node) => node.close()));
  }
}
