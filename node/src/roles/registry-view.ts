import type { Hex } from "@deed/protocol/encoding";
import type {
  Ledger,
  LedgerGeneration,
  LedgerNode,
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
  nodes(): readonly (LedgerNode & { readonly nodeNo: number })[];
  node(nodeNo: number): LedgerNode | null;
  operator(operatorNo: number): LedgerOperator | null;
  /** Active nodes of an operator that have all the given role bits, ascending. */
  nodesOf(operatorNo: number, roles: number): readonly number[];
  /** The node that sits for an operator: its first active verifier, or the first that was one. */
  seatNodeOf(operatorNo: number): number | null;
  nodeOfDutyKey(dutyKey: Hex): number | null;
  /** Also past generations. */
  generation(generation: number): Promise<GenerationView>;
  /** Reads everything again. Errors: RpcError. */
  refresh(): Promise<void>;
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
  #nodes: readonly (LedgerNode & { readonly nodeNo: number })[] = [];
  #operators: readonly LedgerOperator[] = [];
  readonly #generations = new Map<number, GenerationView>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  get parameters(): LedgerParameters {
    return known(this.#parameters);
  }

  get current(): GenerationView {
    return known(this.#current);
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

  nodeOfDutyKey(dutyKey: Hex): number | null {
    return this.#nodes.find((node) => node.dutyKey === dutyKey)?.nodeNo ?? null;
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
    const [parameters, nodeCount, operatorCount, generation] = await Promise.all([
      ledger.parameters(),
      ledger.nodeCount(),
      ledger.operatorCount(),
      ledger.generation(),
    ]);
    const [nodes, operators, current] = await Promise.all([
      Promise.all(
        numbersTo(nodeCount).map(async (nodeNo) => ({ ...(await ledger.node(nodeNo)), nodeNo })),
      ),
      Promise.all(numbersTo(operatorCount).map((no) => ledger.operator(no))),
      this.generation(generation),
    ]);
    this.#parameters = parameters;
    this.#nodes = nodes;
    this.#operators = operators;
    this.#current = current;
  }
}

function numbersTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

function known<Value>(value: Value | null): Value {
  if (value === null) throw new TypeError("registry view used before its first refresh");
  return value;
}
