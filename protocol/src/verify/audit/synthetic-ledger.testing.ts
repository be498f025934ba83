import type { AuditedContracts, ExportedReceipt } from "../../bundle/run.ts";
import { concatBytes, uintBytes } from "../../encoding/bytes.ts";
import { keccakText } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex, hexToBytes } from "../../encoding/hex.ts";
import { utf8Bytes } from "../../encoding/utf8.ts";
import { ZERO_WORD } from "../../encoding/word.ts";
import { type AbiType, type AbiValue, abiType, splitTypes } from "../chain/abi.ts";
import { decodeHeader, encodeHeader } from "../chain/header.ts";
import { EVENT_SIGNATURES, eventTopic, type LedgerEventName } from "../chain/ledger-event.ts";
import { encodeReceipt, type Log } from "../chain/receipt.ts";
import { indexTrie } from "../chain/trie-builder.ts";

/** Writes ABI values, for tests: what contracts emit. */
export function encodeAbi(types: readonly AbiType[], values: readonly AbiValue[]): Uint8Array {
  const heads: (Uint8Array | null)[] = [];
  const tails: Uint8Array[] = [];
  types.forEach((type, index) => {
    const bytes = encodeValue(type, values[index]!);
    heads.push(isDynamic(type) ? null : bytes);
    tails.push(isDynamic(type) ? bytes : new Uint8Array(0));
  });
  let offset = heads.reduce((sum, head) => sum + (head?.length ?? 32), 0);
  const head = heads.map((bytes, index) => {
    const at = uintBytes(offset, 32);
    offset += tails[index]!.length;
    return bytes ?? at;
  });
  return concatBytes(...head, ...tails);
}

function encodeValue(type: AbiType, value: AbiValue): Uint8Array {
  switch (type.kind) {
    case "uint":
      return uintBytes(BigInt(value as bigint), 32);
    case "bool":
      return uintBytes(value === true ? 1 : 0, 32);
    case "address":
      return concatBytes(new Uint8Array(12), hexToBytes(value as Hex));
    case "fixed":
      return padded(hexToBytes(value as Hex));
    case "bytes":
    case "string": {
      const bytes = type.kind === "bytes" ? hexToBytes(value as Hex) : utf8Bytes(value as string);
      return concatBytes(uintBytes(bytes.length, 32), padded(bytes));
    }
    case "list": {
      const items = value as readonly AbiValue[];
      const types = items.map(() => type.item);
      return concatBytes(uintBytes(items.length, 32), encodeAbi(types, items));
    }
    case "tuple":
      return encodeAbi(type.fields, value as readonly AbiValue[]);
  }
}

function padded(bytes: Uint8Array): Uint8Array {
  return concatBytes(bytes, new Uint8Array((32 - (bytes.length % 32)) % 32));
}

function isDynamic(type: AbiType): boolean {
  if (type.kind === "tuple") return type.fields.some(isDynamic);
  return type.kind === "bytes" || type.kind === "string" || type.kind === "list";
}

const INDEXED: { readonly [name in LedgerEventName]: number } = {
  Registered: 3,
  Claimed: 2,
  Reclaimed: 2,
  Recorded: 2,
  Finalised: 1,
  ExecutionSettled: 2,
  FaultProven: 3,
  NodeAdded: 2,
  KeysRotated: 1,
  GenerationOpened: 1,
  PreimagesRevealed: 1,
  RoundClosed: 1,
  Acted: 3,
  ActionReverted: 2,
  ActionAdopted: 2,
};

/** A log as the contract emits it. */
export function logOf(address: Hex, name: LedgerEventName, values: readonly AbiValue[]): Log {
  const signature = EVENT_SIGNATURES[name];
  const types = splitTypes(signature.slice(name.length + 1, -1)).map(abiType);
  const indexed = INDEXED[name];
  const topics = values
    .slice(0, indexed)
    .map((value, index) => bytesToHex(encodeAbi([types[index]!], [value])));
  const data = bytesToHex(encodeAbi(types.slice(indexed), values.slice(indexed)));
  return { address, topics: [eventTopic(name), ...topics], data };
}

/** A chain of blocks that hold what a test puts into them. */
export class SyntheticLedger {
  readonly headers: Hex[] = [];
  readonly receipts: ExportedReceipt[] = [];
  #parent: Hex = ZERO_WORD;

  /** Mines a block of transactions, each given by its logs. */
  mine(
    timestampSec: number,
    transactions: readonly (readonly Log[])[],
  ): { hash: Hex; number: number } {
    const number = this.headers.length;
    // Others' transactions around ours, so that the trie has more than one node.
    const noise = Array.from({ length: 3 }, () => []);
    const all = [...transactions, ...noise].map((logs) =>
      encodeReceipt({
        type: 2,
        isSuccess: true,
        cumulativeGasUsed: 21_000n,
        logsBloom: `0x${"00".repeat(256)}`,
        logs,
      }),
    );
    const trie = indexTrie(all);
    const header = encodeHeader({
      parentHash: this.#parent,
      sha3Uncles: keccakText("uncles"),
      miner: `0x${"00".repeat(20)}`,
      stateRoot: keccakText(`state ${number}`),
      transactionsRoot: keccakText(`transactions ${number}`),
      receiptsRoot: trie.root,
      logsBloom: `0x${"00".repeat(256)}`,
      difficulty: 0n,
      number: BigInt(number),
      gasLimit: 30_000_000n,
      gasUsed: 21_000n,
      timestamp: BigInt(timestampSec),
      extraData: "0x",
      mixHash: ZERO_WORD,
      nonce: "0x0000000000000000",
      baseFeePerGas: 0n,
    });
    const { hash } = decodeHeader(header);
    this.headers.push(header);
    this.#parent = hash;
    transactions.forEach((_, index) => {
      const receipt = bytesToHex(all[index]!);
      const place = { blockNumber: number, blockHash: hash, transactionIndex: index };
      this.receipts.push({ ...place, receipt, proof: trie.proof(index) });
    });
    return { hash, number };
  }
}

export const contracts: AuditedContracts = {
  intents: `0x${"11".repeat(20)}`,
  executions: `0x${"22".repeat(20)}`,
  registry: `0x${"33".repeat(20)}`,
  beacon: `0x${"44".repeat(20)}`,
  disputes: `0x${"55".repeat(20)}`,
  gateway: `0x${"66".repeat(20)}`,
};
