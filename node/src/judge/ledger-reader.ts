import type { Hex } from "@deed/protocol/encoding";
import type { Deployment, Ledger, RawLog } from "@deed/sdk";
import { EndpointBehindError } from "./judgement.ts";

/** Looks at the ledger for one batch: asks for each block and receipt once. Errors: RpcError, EndpointBehindError. */
export class LedgerReader {
  readonly deployment: Deployment;
  readonly #ledger: Ledger;
  readonly #hashes = new Map<number, Promise<Hex>>();
  readonly #logs = new Map<Hex, Promise<readonly RawLog[] | null>>();

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

  /** That something is not there counts only at an endpoint that has come so far. */
  async requireBlock(number: number): Promise<void> {
    const head = await this.#ledger.head();
    if (head.number < number) throw new EndpointBehindError(`block ${number}`);
  }
}
