import type { Hasher, SignatureRecovery } from "@deed/protocol/encoding";
import type { Ledger, LedgerCalls } from "@deed/sdk";
import type { NodeConfig } from "../config.ts";
import type { PeerClient } from "../peers/client.ts";
import type { Signer } from "../signer/signer-api.ts";
import type { Store } from "../store/store.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { RegistryView } from "./registry-view.ts";
import type { Clock } from "./role.ts";
import type { SubmittedClaims } from "./submitted-claims.ts";
import type { TransactionSender } from "./transaction-sender.ts";
import type { Wakers } from "./waker.ts";

/** Calls to other nodes. */
export type Peers = Pick<
  PeerClient,
  | "hello"
  | "commitment"
  | "verdict"
  | "preimage"
  | "fire"
  | "checkpoint"
  | "newestCheckpoint"
  | "putBatch"
  | "getBatch"
>;

/** What every role of a node works with. `start.ts` builds it; tests build it from parts. */
export interface NodeContext {
  readonly config: NodeConfig;
  readonly nodeNo: number;
  readonly operatorNo: number;
  /** Of this process alone: random, new at each start. */
  readonly processId: string;
  readonly clock: Clock;
  readonly hasher: Hasher;
  /** Who signed. */
  readonly recovery: SignatureRecovery;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly ledger: Ledger;
  readonly calls: LedgerCalls;
  readonly registry: RegistryView;
  /** The node's keys, behind a socket. */
  readonly signer: Signer;
  /** The outbox: the one way out for transactions. */
  readonly transactions: TransactionSender;
  readonly peers: Peers;
  readonly wakers: Wakers;
  /** Claims that this process sent. */
  readonly submitted: SubmittedClaims;
}
