import type { Hex } from "@deed/protocol/encoding";
import { type Ledger, type LedgerEvent, postedCommitment, RpcError } from "@deed/sdk";
import { type MinedTransaction, minedAtNonce, parseMined } from "../mined-at-nonce.ts";
import { LedgerView } from "./ledger-view.ts";
import { said } from "./position.ts";

/** How far a long read is. */
export type OnProgress = (progress: {
  readonly what: "blocks" | "transactions" | "nonces" | "entries";
  readonly done: number;
  readonly of: number | null;
}) => void;

export interface LedgerRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

const CHUNK_BLOCKS = 2_000;
const FEWEST_BLOCKS = 8;
const TRANSACTIONS_AT_ONCE = 500;
const NONCES_AT_ONCE = 32;

/** Reads all events of a range and sees what they say of one node. Errors: RpcError. */
export async function readLedger(
  node: { readonly nodeNo: number; readonly operatorNo: number },
  range: LedgerRange,
  { ledger, onProgress }: { readonly ledger: Ledger; readonly onProgress: OnProgress },
): Promise<LedgerView> {
  const view = new LedgerView(node);
  const of = range.toBlock - range.fromBlock + 1;
  for (let from = range.fromBlock; from <= range.toBlock; from += CHUNK_BLOCKS) {
    const to = Math.min(from + CHUNK_BLOCKS - 1, range.toBlock);
    for (const event of await eventsIn(ledger, from, to)) view.apply(event);
    onProgress({ what: "blocks", done: to - range.fromBlock + 1, of });
  }
  await lookUpCommitments(node.nodeNo, view, ledger);
  return view;
}

/** The transactions of these hashes; those that the endpoint does not have are left out. Errors: RpcError. */
export async function readTransactions(
  hashes: readonly Hex[],
  { ledger, onProgress }: { readonly ledger: Ledger; readonly onProgress: OnProgress },
): Promise<readonly MinedTransaction[]> {
  const found: MinedTransaction[] = [];
  for (let start = 0; start < hashes.length; start += TRANSACTIONS_AT_ONCE) {
    const some = hashes.slice(start, start + TRANSACTIONS_AT_ONCE);
    const answers = await Promise.all(some.map((hash) => transactionOf(ledger, hash)));
    for (const answer of answers) if (answer !== null) found.push(answer);
    onProgress({ what: "transactions", done: start + some.length, of: hashes.length });
  }
  return found;
}

/** What used these nonces; null for one that the endpoint cannot show any more. Errors: RpcError. */
export async function readNonces(
  nonces: readonly number[],
  account: { readonly actionKey: Hex } & LedgerRange,
  { ledger, onProgress }: { readonly ledger: Ledger; readonly onProgress: OnProgress },
): Promise<readonly (MinedTransaction | null)[]> {
  const { actionKey, ...range } = account;
  const found: (MinedTransaction | null)[] = [];
  for (let start = 0; start < nonces.length; start += NONCES_AT_ONCE) {
    const some = nonces.slice(start, start + NONCES_AT_ONCE);
    const searches = some.map((nonce) =>
      minedAtNonce({ account: actionKey, nonce, ...range }, ledger.rpc),
    );
    found.push(...(await Promise.all(searches)));
    onProgress({ what: "nonces", done: found.length, of: nonces.length });
  }
  return found;
}

/** Endpoints bound answers by size or by range: what one refuses is asked for in halves. */
async function eventsIn(ledger: Ledger, from: number, to: number): Promise<readonly LedgerEvent[]> {
  try {
    return await ledger.events(from, to);
  } catch (error) {
    const isRefused = error instanceof RpcError && error.failure.code === "RPC_REFUSED";
    if (!isRefused || to - from < FEWEST_BLOCKS) throw error;
  }
  const middle = Math.floor((from + to) / 2);
  return [...(await eventsIn(ledger, from, middle)), ...(await eventsIn(ledger, middle + 1, to))];
}

async function lookUpCommitments(nodeNo: number, view: LedgerView, ledger: Ledger): Promise<void> {
  const posted = view.postedCommitments;
  const transactions = await Promise.all(
    posted.map(({ place }) => transactionOf(ledger, place.txHash)),
  );
  for (const [index, { batchNo, draw, commitment, place }] of posted.entries()) {
    const call = postedCommitment(transactions[index]?.input ?? "0x");
    if (call === null || call.nodeNo !== nodeNo || call.batchNo !== batchNo) continue;
    view.transactions.add(place.txHash);
    view.add({
      kind: "Commitment",
      seq: call.auditSeq,
      head: call.auditHead,
      ...said.Commitment({ batchNo, draw, commitment }),
      block: place.blockNumber,
      txHash: place.txHash,
    });
  }
}

async function transactionOf(ledger: Ledger, hash: Hex): Promise<MinedTransaction | null> {
  const raw = await ledger.rpc.request<Parameters<typeof parseMined>[0] | null>(
    "eth_getTransactionByHash",
    [hash],
  );
  return raw === null ? null : parseMined(raw);
}
