import type { Hex, Json } from "@deed/protocol/encoding";
import { bits, type Columns, choice, hex, integer, json, optional, text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/**
 * `queued`: no nonce yet; `signed`: nonce and bytes are kept, it may be sent again and again;
 * `burning`: its nonce is being spent by an empty self-transfer;
 * ends: `mined` (success or revert, see the receipt), `failed` (never sent), `burnt`.
 */
export type TransactionState = "queued" | "signed" | "burning" | "mined" | "failed" | "burnt";

/** What a chain says of a mined transaction. */
export interface TransactionReceipt {
  readonly txHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly success: boolean;
  readonly gasUsed: number;
  readonly logs: readonly {
    readonly address: Hex;
    readonly topics: readonly Hex[];
    readonly data: Hex;
  }[];
}

/** One transaction of an action key, from the wish to the receipt. */
export interface TransactionRow {
  readonly id: number;
  /** Names what it is for; asked twice, it is one transaction. */
  readonly purpose: string;
  readonly kind: string;
  readonly sender: Hex;
  readonly toAddress: Hex;
  readonly calldata: Hex;
  readonly valueWei: bigint;
  readonly gas: number | null;
  readonly nonce: number | null;
  readonly raw: Hex | null;
  readonly txHash: Hex | null;
  /** Every version that was ever signed for this nonce, newest last. */
  readonly sentHashes: readonly Hex[];
  readonly state: TransactionState;
  readonly attempts: number;
  readonly receipt: TransactionReceipt | null;
  readonly error: Json;
  readonly createdMs: number;
  readonly updatedMs: number;
}

const COLUMNS: Columns<TransactionRow> = {
  id: integer,
  purpose: text,
  kind: text,
  sender: hex,
  toAddress: hex,
  calldata: hex,
  valueWei: bits,
  gas: optional(integer),
  nonce: optional(integer),
  raw: optional(hex),
  txHash: optional(hex),
  sentHashes: json<readonly Hex[]>(),
  state: choice<TransactionState>(),
  attempts: integer,
  receipt: optional(json<TransactionReceipt>()),
  error: json<Json>(),
  createdMs: integer,
  updatedMs: integer,
};

/** Why a transaction failed at whose nonce the chain has another. */
export const NONCE_TAKEN = "NONCE_TAKEN";

export class Transactions extends Table<TransactionRow, "id"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "outbox", columns: COLUMNS, key: ["id"] });
  }

  byPurpose(purpose: string): TransactionRow | null {
    return this.selectOne("purpose = :purpose", { purpose });
  }

  /** Wishes without a nonce, oldest first. */
  queued(sender: Hex, limit: number): TransactionRow[] {
    return this.select("state = 'queued' AND sender = :sender ORDER BY id LIMIT :limit", {
      sender: sender.toLowerCase(),
      limit,
    });
  }

  /** What has a nonce and is not ended, in the order of the nonces. */
  inFlight(sender: Hex): TransactionRow[] {
    return this.select("state IN ('signed', 'burning') AND sender = :sender ORDER BY nonce", {
      sender: sender.toLowerCase(),
    });
  }

  /** Wishes and transactions that are not ended, of other keys than these. */
  openOfOthers(senders: readonly Hex[]): TransactionRow[] {
    const open = this.select("state IN ('queued', 'signed', 'burning') ORDER BY id", {});
    const known = new Set(senders.map((sender) => sender.toLowerCase()));
    return open.filter(({ sender }) => !known.has(sender.toLowerCase()));
  }

  /** Rows with this nonce or a later one. */
  fromNonce(sender: Hex, nonce: number): TransactionRow[] {
    return this.select("sender = :sender AND nonce >= :nonce ORDER BY nonce", {
      sender: sender.toLowerCase(),
      nonce,
    });
  }

  /** Nonces that were used by something which is none of these rows, newest first. */
  taken(limit: number): { readonly account: Hex; readonly nonce: number }[] {
    const rows = this.select("state = 'failed' AND error = :error ORDER BY id DESC LIMIT :limit", {
      error: JSON.stringify(NONCE_TAKEN),
      limit,
    });
    return rows.map(({ sender, nonce }) => ({ account: sender, nonce: nonce ?? 0 }));
  }

  /** The first nonce that no row of this sender holds. */
  nextNonce(sender: Hex): number {
    const row = this.database.get(
      "SELECT max(nonce) AS newest FROM outbox WHERE sender = :sender",
      { sender: sender.toLowerCase() },
    );
    return row?.["newest"] == null ? 0 : Number(row["newest"]) + 1;
  }

  nextId(): number {
    const row = this.database.get("SELECT max(id) AS newest FROM outbox");
    return row?.["newest"] == null ? 1 : Number(row["newest"]) + 1;
  }
}
