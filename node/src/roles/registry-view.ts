import type { Hex } from "@deed/protocol/encoding";
import type {
  Ledger,
  LedgerGeneration,
  LedgerKey,
  LedgerNode,
  LedgerNodeKeys,
  LedgerOperator,
  LedgerParameters,
} from "@deed/sdk";

/** One generation with its lists (spec 04). */
export interface GenerationView extends LedgerGeneration {
  readonly generation: number;
  /** Operator numbers, ascending. */
  readonly executorList: readonly number[];
  readonly verifierList: readonly number[];
}

/** What a node remembers of the registry; read again when the watch role sees it change. */
export interface RegistryView {
  readonly parameters: LedgerParameters;
  /** The current generation; number 0 before the first. */
  readonly current: GenerationView;
  /** Nothing is claimed before; in the past when claims are taken. */
  readonly pausedUntilSec: number;
  nodes(): readonly (LedgerNode & { readonly nodeNo: number })[];
  node(nodeNo: number): LedgerNode | null;
  operator(operatorNo: number): LedgerOperator | null;
  /** Active nodes of an operator that have all the given role bits, ascending. */
  nodesOf(operatorNo: number, roles: number): readonly number[];
  /** The node that sits for an operator: its first active verifier, or the first that was one. */
  seatNodeOf(operatorNo: number): number | null;
  /** Which of its keys answers for a duty that began then; null: it is revoked, or there is no such node. */
  dutyKeyAt(nodeNo: number, sinceSec: number): Hex | null;
  /** Is it, was it or will it be the node's, and not revoked? */
  isDutyKey(nodeNo: number, key: Hex): boolean;
  /** All duty keys that the node had or is to have, oldest first. */
  dutyKeysOf(nodeNo: number): readonly LedgerKey[];
  actionKeyAt(nodeNo: number, sec: number): Hex | null;
  /** Also past generations. */
  generation(generation: number): Promise<GenerationView>;
  /** Reads everything again. Errors: RpcError. */
  refresh(): Promise<void>;
  /** Calls back after each refresh. Returns what ends that. */
  onRefreshed(listener: () => void): () => void;
}

const EXECUTOR_AND_VERIFIER = { executor: 1, verifier: 2 } as const;
/** Kept in memory; older ones are asked for again. */
const MOST_GENERATIONS = 64;

/** Role bits of a node. */
export const ROLE_BITS: { readonly executor: 1; readonly verifier: 2 } = EXECUTOR_AND_VERIFIER;

/** Reads the registry once and gives a view that `refresh` renews. */
export async function openRegistryView(collaborators: { ledger: Ledger }): Promise<RegistryView> {
  const view = new LedgerRegistryView(collaborators.ledger);
  await view.refresh();
  return view;
}

class LedgerRegistryView implements RegistryView {
  readonly #ledger: Ledger;
  #parameters: LedgerParameters | null = null;
  #current: GenerationView | null = null;
  #pausedUntilSec = 0;
  #nodes: readonly (LedgerNode & { readonly nodeNo: number })[] = [];
  #keys: readonly LedgerNodeKeys[] = [];
  #operators: readonly LedgerOperator[] = [];
  readonly #generations = new Map<number, GenerationView>();
  readonly #listeners = new Set<() => void>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get parameters(): LedgerParameters {
    return known(this.#parameters);
  }

  get current(): GenerationView {
    return known(this.#current);
  }

  get pausedUntilSec(): number {
    return this.#pausedUntilSec;
  }

  nodes(): readonly (LedgerNode & { readonly nodeNo: number })[] {
    return this.#nodes;
  }

  node(nodeNo: number): LedgerNode | null {
    return this.#nodes[nodeNo - 1] ?? null;
  }

  operator(operatorNo: number): LedgerOperator | null {
    return this.#operators[operatorNo - 1] ?? null;
  }

  nodesOf(operatorNo: number, roles: number): readonly number[] {
    return this.#nodes
      .filter(
        (node) => node.operatorNo === operatorNo && node.active && (node.roles & roles) === roles,
      )
      .map((node) => node.nodeNo);
  }

  // Who left still gives the verdict that it was drawn for (spec 06).
  seatNodeOf(operatorNo: number): number | null {
    const own = this.#nodes.filter(
      (node) => node.operatorNo === operatorNo && (node.roles & ROLE_BITS.verifier) !== 0,
    );
    return (own.find((node) => node.active) ?? own[0])?.nodeNo ?? null;
  }

  dutyKeyAt(nodeNo: number, sinceSec: number): Hex | null {
    const found = keyAt(this.dutyKeysOf(nodeNo), sinceSec);
    return found === null || found.revoked ? null : found.key;
  }

  isDutyKey(nodeNo: number, key: Hex): boolean {
    return this.dutyKeysOf(nodeNo).some((held) => held.key === key && !held.revoked);
  }

  dutyKeysOf(nodeNo: number): readonly LedgerKey[] {
    return this.#keys[nodeNo - 1]?.dutyKeys ?? [];
  }

  actionKeyAt(nodeNo: number, sec: number): Hex | null {
    return keyAt(this.#keys[nodeNo - 1]?.actionKeys ?? [], sec)?.key ?? null;
  }

  async generation(generation: number): Promise<GenerationView> {
    const kept = this.#generations.get(generation);
    if (kept !== undefined) return kept;
    const [info, executorList, verifierList] = await Promise.all([
      this.#ledger.generationInfo(generation),
      this.#ledger.executorsOf(generation),
      this.#ledger.verifiersOf(generation),
    ]);
    const view = { ...info, generation, executorList, verifierList };
    // An endpoint that lags knows nothing of a generation yet: that is not kept.
    if (info.openedAtSec !== 0) this.#keep(view);
    return view;
  }

  #keep(view: GenerationView): void {
    this.#generations.set(view.generation, view);
    if (this.#generations.size <= MOST_GENERATIONS) return;
    const [oldest] = this.#generations.keys();
    if (oldest !== undefined) this.#generations.delete(oldest);
  }

  async refresh(): Promise<void> {
    const ledger = this.#ledger;
    const [parameters, pausedUntilSec, nodeCount, operatorCount, generation] = await Promise.all([
      ledger.parameters(),
      ledger.pausedUntilSec(),
      ledger.nodeCount(),
      ledger.operatorCount(),
      ledger.generation(),
    ]);
    const [nodes, keys, operators, current] = await Promise.all([
      Promise.all(
        numbersTo(nodeCount).map(async (nodeNo) => ({ ...(await ledger.node(nodeNo)), nodeNo })),
      ),
      Promise.all(numbersTo(nodeCount).map((no) => ledger.keysOf(no))),
      Promise.all(numbersTo(operatorCount).map((no) => ledger.operator(no))),
      this.generation(generation),
    ]);
    this.#parameters = parameters;
    this.#pausedUntilSec = pausedUntilSec;
    this.#nodes = nodes;
    this.#keys = keys;
    this.#operators = operators;
    this.#current = current;
    for (const listener of this.#listeners) listener();
  }

  onRefreshed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

// The first key answers for times before it, as in the registry.
function keyAt(keys: readonly LedgerKey[], sec: number): LedgerKey | null {
  return keys.findLast(({ fromSec }) => fromSec <= sec) ?? keys[0] ?? null;
}

function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function known<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError("registry view used before its first refresh");
  return value;
}
