import { concatBytes } from "../../encoding/bytes.ts";
import { bytesToHex, type Hex, hexToBytes } from "../../encoding/hex.ts";
import { ChainError } from "./chain-error.ts";
import { decodeRlp, encodeRlp, isRlpBytes, type Rlp, rlpNumber } from "./rlp.ts";

/** An event as the chain holds it. */
export interface Log {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

export interface ChainReceipt {
  readonly isSuccess: boolean;
  readonly logs: readonly Log[];
}

/** A receipt as a node's RPC names it, for those who export. */
export interface ReceiptFields {
  /** Of the transaction: 0 for the oldest form. */
  readonly type: number;
  readonly isSuccess: boolean;
  readonly cumulativeGasUsed: bigint;
  readonly logsBloom: Hex;
  readonly logs: readonly Log[];
}

/** The receipt as its block's trie holds it. */
export function encodeReceipt(fields: ReceiptFields): Uint8Array {
  const logs = fields.logs.map((log) => [
    hexToBytes(log.address),
    log.topics.map((topic) => hexToBytes(topic)),
    hexToBytes(log.data),
  ]);
  const body = encodeRlp([
    rlpNumber(fields.isSuccess ? 1 : 0),
    rlpNumber(fields.cumulativeGasUsed),
    hexToBytes(fields.logsBloom),
    logs,
  ]);
  return fields.type === 0 ? body : concatBytes(Uint8Array.of(fields.type), body);
}

/** @throws ChainError */
export function decodeReceipt(receipt: Hex): ChainReceipt {
  const bytes = hexToBytes(receipt);
  // A list begins at 0xc0; below stands the type of a newer form.
  const isTyped = (bytes[0] ?? 0xff) < 0x80;
  const items = decodeRlp(isTyped ? bytes.subarray(1) : bytes);
  if (isRlpBytes(items) || items.length !== 4) throw badReceipt("fields");
  const [status, , , logs] = items as readonly [Rlp, Rlp, Rlp, Rlp];
  if (!isRlpBytes(status) || status.length > 1) throw badReceipt("status");
  if (isRlpBytes(logs)) throw badReceipt("logs");
  return { isSuccess: status[0] === 1, logs: logs.map(logOf) };
}

function logOf(item: Rlp): Log {
  if (isRlpBytes(item) || item.length !== 3) throw badReceipt("log");
  const [address, topics, data] = item as readonly [Rlp, Rlp, Rlp];
  if (!isRlpBytes(address) || address.length !== 20) throw badReceipt("address");
  if (isRlpBytes(topics) || topics.length > 4 || !isRlpBytes(data)) throw badReceipt("log");
  return {
    address: bytesToHex(address),
    topics: topics.map((topic) => {
      if (!isRlpBytes(topic) || topic.length !== 32) throw badReceipt("topic");
      return bytesToHex(topic);
    }),
    data: bytesToHex(data),
  };
}

function badReceipt(detail: string): ChainError {
  return new ChainError({ code: "BAD_RECEIPT", detail });
}
