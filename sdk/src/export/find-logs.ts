import type { Hex } from "@deed/protocol/encoding";
import { eventTopic, type LedgerEventName } from "@deed/protocol/verify";
import type { RawLog } from "../ledger/decode.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { RpcError } from "../ledger/rpc.ts";

/** A log with its transaction's position. */
export interface PlacedLog extends RawLog {
  readonly transactionIndex: Hex;
}

type Contract = "registry" | "intents" | "beacon" | "executions" | "gateway";

export interface LogQuery {
  readonly contract: Contract;
  readonly event: LedgerEventName;
  /** Which indexed parameter, from 1, and the values that it may have. */
  readonly topic: number;
  readonly values: readonly Hex[];
}

/** Many endpoints answer no wider range than this. */
const NARROWEST_BLOCKS = 500;

/** Logs of one event up to a block, by an indexed parameter. Errors: RpcError. */
export async function findLogs(
  ledger: Ledger,
  query: LogQuery,
  toBlock: number,
): Promise<readonly PlacedLog[]> {
  if (query.values.length === 0) return [];
  const topics: (Hex | readonly Hex[] | null)[] = [eventTopic(query.event)];
  for (let index = 1; index < query.topic; index += 1) topics.push(null);
  topics.push(query.values);
  const address = ledger.deployment[query.contract];
  return read(ledger, { address, topics }, ledger.deployment.fromBlock, toBlock);
}

async function read(
  ledger: Ledger,
  filter: { readonly address: Hex; readonly topics: readonly unknown[] },
  from: number,
  to: number,
): Promise<readonly PlacedLog[]> {
  try {
    const range = { fromBlock: hexNumber(from), toBlock: hexNumber(to) };
    return await ledger.rpc.request<readonly PlacedLog[]>("eth_getLogs", [{ ...filter, ...range }]);
  } catch (error) {
    const isRefused = error instanceof RpcError && error.failure.code === "RPC_REFUSED";
    if (!isRefused || to - from < NARROWEST_BLOCKS) throw error;
  }
  const middle = Math.floor((from + to) / 2);
  const lower = await read(ledger, filter, from, middle);
  return [...lower, ...(await read(ledger, filter, middle + 1, to))];
}

/** A number as an indexed parameter. */
export function topicOf(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

export function hexNumber(value: number): Hex {
  return `0x${value.toString(16)}`;
}
