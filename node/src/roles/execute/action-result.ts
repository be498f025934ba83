import { bytesToHex, type Hex, keccakText, uintBytes } from "@deed/protocol/encoding";
import type { CallReceipt, EffectError } from "@deed/protocol/runtime";
import {
  type Deployment,
  decodeLedgerLog,
  type EventOf,
  type Ledger,
  type RawLog,
} from "@deed/sdk";
import type { EffectAnswer } from "../../broker/job.ts";
import type { TransactionReceipt } from "../../store/transactions.ts";

/** A step of an execution, as the gateway knows it. */
export interface ActionPlace {
  readonly executionId: Hex;
  readonly step: number;
}

/** What a receipt says of one action. `already-done`: an earlier transaction did it. */
export type ActionOutcome =
  | { readonly kind: "answer"; readonly answer: EffectAnswer }
  | { readonly kind: "already-done" };

const ALREADY_DONE = 4;

/** Reasons of the gateway (IGatewayTypes.Skip) by number, as a transcript names them. */
const SKIPS: { readonly [reason: number]: EffectError } = {
  1: { code: "LEASE_OVER", message: "the gateway found no live lease" },
  2: { code: "REVOKED", message: "the gateway found the intent revoked or expired" },
  3: { code: "NOT_PERMITTED", message: "the gateway found no such permission" },
  5: { code: "NOT_PERMITTED", message: "the gateway refuses the target" },
};

const ACTED = keccakText("Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)");
/** How far back an earlier attempt's action can lie. Nodes keep the state of so many blocks. */
const LOOK_BACK_BLOCKS = 10_000;

/** Reads the outcome of one action from the receipt of its transaction. */
export function actionOutcome(
  deployment: Deployment,
  receipt: TransactionReceipt,
  place: ActionPlace,
): ActionOutcome {
  for (const log of receipt.logs) {
    const event = decodeLedgerLog(deployment, rawLog(receipt, log));
    if (event === null || !("step" in event)) continue;
    if (event.executionId !== place.executionId || event.step !== place.step) continue;
    if (event.name === "Acted") return answer({ status: 0, output: receiptOf(event) });
    if (event.name === "ActionAdopted") return { kind: "already-done" };
    if (event.name === "ActionReverted") return answer(reverted(event.returned));
    if (event.reason === ALREADY_DONE) return { kind: "already-done" };
    const error = SKIPS[event.reason];
    return answer(
      error === undefined
        ? failed("the transaction left too little gas for it")
        : { status: 3, output: { error } },
    );
  }
  return answer(failed("the transaction reverted as a whole"));
}

/** The action of an earlier transaction, which the ledger says was done. Errors: RpcError. */
export async function findActed(
  ledger: Ledger,
  place: ActionPlace,
  sinceBlock: number,
): Promise<CallReceipt | null> {
  const { deployment, rpc } = ledger;
  const from = Math.max(deployment.fromBlock, sinceBlock - LOOK_BACK_BLOCKS);
  const filter = {
    address: deployment.gateway,
    fromBlock: `0x${from.toString(16)}`,
    toBlock: "latest",
    topics: [ACTED, place.executionId, bytesToHex(uintBytes(place.step, 32))],
  };
  const logs = await rpc.request<readonly RawLog[]>("eth_getLogs", [filter]);
  for (const log of logs) {
    const event = decodeLedgerLog(deployment, log);
    if (event?.name === "Acted") return receiptOf(event);
  }
  return null;
}

function receiptOf(event: EventOf<"Acted">): CallReceipt {
  const { txHash, blockNumber, blockHash } = event.place;
  return { txHash, blockNumber, blockHash, returned: event.returned };
}

function reverted(returned: Hex): EffectAnswer {
  const error = { code: "REVERTED", message: returned } as const;
  return { status: 1, output: { error } };
}

function failed(message: string): EffectAnswer {
  // The target was never reached; that it reverted is for the gateway's event to say.
  return { status: 1, output: { error: { code: "UNREACHABLE", message } } };
}

function answer(given: EffectAnswer): ActionOutcome {
  return { kind: "answer", answer: given };
}

function rawLog(receipt: TransactionReceipt, log: TransactionReceipt["logs"][number]): RawLog {
  return {
    ...log,
    blockNumber: `0x${receipt.blockNumber.toString(16)}`,
    blockHash: receipt.blockHash,
    transactionHash: receipt.txHash,
    logIndex: "0x0",
  };
}
