import type { ExportedReceipt } from "@deed/protocol/bundle";
import { bytesToHex, type Hex } from "@deed/protocol/encoding";
import {
  decodeHeader,
  encodeHeader,
  encodeReceipt,
  type HeaderFields,
  indexTrie,
} from "@deed/protocol/verify";
import type { Ledger } from "../ledger/ledger.ts";
import type { Rpc } from "../ledger/rpc.ts";
import { ExportError } from "./export-error.ts";
import { hexNumber, type PlacedLog } from "./find-logs.ts";

type RawFields = { readonly [name: string]: Hex | null | undefined };

interface RawReceipt {
  readonly type?: Hex;
  readonly status: Hex;
  readonly cumulativeGasUsed: Hex;
  readonly logsBloom: Hex;
  readonly logs: readonly {
    readonly address: Hex;
    readonly topics: readonly Hex[];
    readonly data: Hex;
  }[];
}

/** Calls on their way at once; the endpoint gets them as one array. */
const AT_ONCE = 100;

/** Headers from the lowest to the highest block, both in, each with the hash that it must have. Errors: ExportError, RpcError. */
export async function readHeaders(
  ledger: Ledger,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, { readonly hash: Hex; readonly header: Hex }>> {
  const headers = new Map<number, { hash: Hex; header: Hex }>();
  for (let first = from; first <= to; first += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, to - first + 1) }, (_, n) => first + n);
    const read = await Promise.all(numbers.map((number) => readHeader(ledger.rpc, number)));
    for (const [index, number] of numbers.entries()) headers.set(number, read[index]!);
  }
  return headers;
}

async function readHeader(
  rpc: Rpc,
  number: number,
): Promise<{ readonly hash: Hex; readonly header: Hex }> {
  const raw = await rpc.request<RawFields | null>("eth_getBlockByNumber", [
    hexNumber(number),
    false,
  ]);
  const hash = raw?.["hash"];
  if (!raw || !hash) throw new ExportError({ code: "EXPORT_NO_BLOCK", block: number });
  const header = encodeHeader(headerFields(raw));
  if (decodeHeader(header).hash === hash) return { hash, header };
  // A chain with a header of its own kind: only the chain itself can give the bytes.
  const given = await rpc.request<Hex>("debug_getRawHeader", [hexNumber(number)]).catch(() => null);
  if (given !== null && decodeHeader(given).hash === hash) return { hash, header: given };
  throw new ExportError({ code: "EXPORT_HEADER_FORM", block: number, hash });
}

function headerFields(raw: RawFields): HeaderFields {
  const text = (name: string): Hex => raw[name] ?? "0x";
  const number = (name: string): bigint => BigInt(raw[name] ?? "0x0");
  const later = (name: string): bigint | null => {
    const value = raw[name];
    return value === undefined || value === null ? null : BigInt(value);
  };
  return {
    parentHash: text("parentHash"),
    sha3Uncles: text("sha3Uncles"),
    miner: text("miner"),
    stateRoot: text("stateRoot"),
    transactionsRoot: text("transactionsRoot"),
    receiptsRoot: text("receiptsRoot"),
    logsBloom: text("logsBloom"),
    difficulty: number("difficulty"),
    number: number("number"),
    gasLimit: number("gasLimit"),
    gasUsed: number("gasUsed"),
    timestamp: number("timestamp"),
    extraData: text("extraData"),
    mixHash: text("mixHash"),
    nonce: text("nonce"),
    baseFeePerGas: later("baseFeePerGas"),
    withdrawalsRoot: raw["withdrawalsRoot"] ?? null,
    blobGasUsed: later("blobGasUsed"),
    excessBlobGas: later("excessBlobGas"),
    parentBeaconBlockRoot: raw["parentBeaconBlockRoot"] ?? null,
    requestsHash: raw["requestsHash"] ?? null,
  };
}

/** The receipts of the logs' transactions, each once, proven under its block's header. Errors: ExportError, RpcError. */
export async function proveReceipts(
  ledger: Ledger,
  logs: readonly PlacedLog[],
  headers: ReadonlyMap<number, { readonly hash: Hex; readonly header: Hex }>,
): Promise<readonly ExportedReceipt[]> {
  const wanted = new Map<number, Set<number>>();
  for (const log of logs) {
    const block = Number(log.blockNumber);
    if (log.blockHash !== headers.get(block)?.hash) {
      throw new ExportError({ code: "EXPORT_LEDGER_MOVED", block });
    }
    wanted.set(block, (wanted.get(block) ?? new Set()).add(Number(log.transactionIndex)));
  }
  const blocks = [...wanted.keys()].sort((left, right) => left - right);
  const proven: ExportedReceipt[] = [];
  for (let first = 0; first < blocks.length; first += AT_ONCE) {
    const found = await Promise.all(
      blocks.slice(first, first + AT_ONCE).map((block) => {
        const { hash, header } = headers.get(block)!;
        return proveBlock(ledger.rpc, { block, hash, header }, wanted.get(block)!);
      }),
    );
    proven.push(...found.flat());
  }
  return proven;
}

async function proveBlock(
  rpc: Rpc,
  { block, hash, header }: { readonly block: number; readonly hash: Hex; readonly header: Hex },
  positions: ReadonlySet<number>,
): Promise<readonly ExportedReceipt[]> {
  const raw = await rpc.request<readonly RawReceipt[]>("eth_getBlockReceipts", [hexNumber(block)]);
  const receipts = raw.map(encoded);
  const trie = indexTrie(receipts);
  if (trie.root !== decodeHeader(header).receiptsRoot) {
    throw new ExportError({ code: "EXPORT_RECEIPTS_FORM", block });
  }
  return [...positions]
    .sort((left, right) => left - right)
    .map((transactionIndex) => ({
      blockNumber: block,
      blockHash: hash,
      transactionIndex,
      receipt: bytesToHex(receipts[transactionIndex]!),
      proof: trie.proof(transactionIndex),
    }));
}

function encoded(raw: RawReceipt): Uint8Array {
  return encodeReceipt({
    type: Number(raw.type ?? "0x0"),
    isSuccess: raw.status === "0x1",
    cumulativeGasUsed: BigInt(raw.cumulativeGasUsed),
    logsBloom: raw.logsBloom,
    logs: raw.logs.map(({ address, topics, data }) => ({ address, topics, data })),
  });
}
