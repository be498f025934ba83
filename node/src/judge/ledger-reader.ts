import { type Hex, keccakText } from "@deed/protocol/encoding";
import {
  type Deployment,
  decodeLedgerLog,
  type EventOf,
  type Ledger,
  type RawLog,
} from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import { EndpointBehindError } from "./judgement.ts";

const TOPICS = [
  "Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)",
  "ActionReverted(bytes32,uint16,uint32,bytes)",
  "ActionAdopted(bytes32,uint16,uint32,uint64)",
].map((signature) => keccakText(signature));

/** What the gateway says of an action that it did, tried, or gave over to a later attempt. */
export type GatewayEvent = EventOf<"Acted"> | EventOf<"ActionReverted"> | EventOf<"ActionAdopted">;

const NAMES: ReadonlySet<string> = new Set(["Acted", "ActionReverted", "ActionAdopted"]);

/** Looks at the ledger for one batch: asks for each block and receipt once. Errors: RpcError, EndpointBehindError. */
export class LedgerReader {
  readonly deployment: Deployment;
  readonly #ledger: Ledger;
  readonly #hashes = new Map<number, Promise<Hex>>();
  readonly #logs = new Map<Hex, Promise<readonly RawLog[] | null>>();
  readonly #actions = new Map<number, Promise<readonly GatewayEvent[]>>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.deployment = ledger.deployment;
  }

  /** Hash of a block that must be there by now. */
  blockHash(number: number): Promise<Hex> {
    let hash = this.#hashes.get(number);
    if (hash === undefined) {
      hash = this.#ledger.block(number).then((block) => {
        if (block === null) throw new EndpointBehindError(`block ${number}`);
        return block.hash;
      });
      this.#hashes.set(number, hash);
    }
    return hash;
  }

  /** Logs of a transaction; null when the endpoint does not know it. */
  logsOf(txHash: Hex): Promise<readonly RawLog[] | null> {
    let logs = this.#logs.get(txHash);
    if (logs === undefined) {
      logs = this.#ledger.rpc
        .request<{ readonly logs: readonly RawLog[] } | null>("eth_getTransactionReceipt", [txHash])
        .then((receipt) => receipt?.logs ?? null);
      this.#logs.set(txHash, logs);
    }
    return logs;
  }

  /** What the gateway says of a batch's executions while its lease lived: a record ends it. */
  actionsOf(batch: BatchRow): Promise<readonly GatewayEvent[]> {
    let actions = this.#actions.get(batch.batchNo);
    if (actions === undefined) {
      actions = this.#readActions(batch);
      this.#actions.set(batch.batchNo, actions);
    }
    return actions;
  }

  async #readActions(batch: BatchRow): Promise<readonly GatewayEvent[]> {
    const { deployment, rpc } = this.#ledger;
    const to = batch.recordBlock ?? (await this.#ledger.head()).number;
    await this.requireBlock(to);
    const filter = {
      address: deployment.gateway,
      fromBlock: `0x${batch.claimBlock.toString(16)}`,
      toBlock: `0x${to.toString(16)}`,
      topics: [TOPICS, batch.items.map(({ executionId }) => executionId)],
    };
    const logs = await rpc.request<readonly RawLog[]>("eth_getLogs", [filter]);
    return logs
      .map((log) => decodeLedgerLog(deployment, log))
      .filter((event): event is GatewayEvent => NAMES.has(event?.name ?? ""));
  }

  /** That something is not there counts only at an endpoint that has come so far. */
  async requireBlock(number: number): Promise<void> {
    const head = await this.#ledger.head();
    if (head.number < number) throw new EndpointBehindError(`block ${number}`);
  }
}
