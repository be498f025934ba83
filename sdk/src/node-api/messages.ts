import type { Hex, Json } from "@deed/protocol/encoding";
import type { Deployment } from "../ledger/deployment.ts";
import { type TriggerName, triggerName } from "./execution-messages.ts";
import { type IntentJson, intentShape } from "./intent-json.ts";
import {
  address,
  count,
  decimal,
  exactly,
  fields,
  flag,
  hexBytes,
  json,
  listOf,
  mapOf,
  nullable,
  oneOf,
  type Shape,
  text,
  textTo,
  word,
} from "./shape.ts";

// What a node's API takes and gives (version 1).

export const NODE_API_VERSION = "1";

export type IntentStateName = "accepted" | "refused" | "revoked" | "expired";
/** Where a node's long-lived keys are, by the registry's number. */
export type KeyTierName = "softwareFile" | "softwareToken" | "cloudKms" | "hsm" | "attestedHsm";

export const KEY_TIERS: readonly KeyTierName[] = [
  "softwareFile",
  "softwareToken",
  "cloudKms",
  "hsm",
  "attestedHsm",
];

const intentState = oneOf<IntentStateName>(["accepted", "refused", "revoked", "expired"]);
/** Where an executor's runs take place. */
export interface SandboxHealth {
  /** Null while none works: then it claims nothing. */
  readonly adapter: string | null;
  readonly level: string | null;
  /** What it started with, while that does not work. */
  readonly fallenFrom: string | null;
  /** Why not. */
  readonly why: string | null;
}

/** Why the ledger takes no claims of the node for now. */
export interface ClaimsBarred {
  readonly by: "pause" | "suspension" | "jail";
  readonly untilSec: number;
}

export interface NodeHealth {
  readonly status: "ok" | "behind";
  /** Newest ledger block in the node's store; null before the first. */
  readonly head: number | null;
  /** Null for a node that executes nothing. */
  readonly sandbox: SandboxHealth | null;
  /** Null while the ledger takes its claims. */
  readonly claimsBarred: ClaimsBarred | null;
  /** Nodes that showed this one checkpoints of two logs (spec 01). */
  readonly contradictingNodes: readonly number[];
}

export const nodeHealth: Shape<NodeHealth> = fields<NodeHealth>({
  status: oneOf(["ok", "behind"]),
  head: nullable(count),
  sandbox: nullable(
    fields<SandboxHealth>({
      adapter: nullable(text),
      level: nullable(text),
      fallenFrom: nullable(text),
      why: nullable(text),
    }),
  ),
  claimsBarred: nullable(
    fields<ClaimsBarred>({ by: oneOf(["pause", "suspension", "jail"]), untilSec: count }),
  ),
  contradictingNodes: listOf(count),
});

export interface NodeInfo {
  readonly chainId: number;
  readonly deployment: Deployment;
  readonly nodeNo: number;
  readonly operatorNo: number;
  readonly operatorName: string;
  readonly roles: readonly string[];
  readonly keyTier: KeyTierName;
  /** True for everything that is not a token, a KMS or an HSM. */
  readonly areKeysSoftware: boolean;
  readonly versions: { readonly [part: string]: string };
  /** Chains besides the ledger's whose events may trigger here. */
  readonly otherChains: readonly number[];
  readonly head: number | null;
  /** The node's own endpoint, where it is on loopback; else null. */
  readonly rpcUrl: string | null;
  /** What a user should know of this node, for people. */
  readonly notes: readonly string[];
}

const deployment: Shape<Deployment> = fields<Deployment>({
  chainId: count,
  fromBlock: count,
  registry: address,
  intents: address,
  beacon: address,
  executions: address,
  disputes: address,
  gateway: address,
  vault: address,
  timelock: address,
  governance: address,
  directory: address,
});

export const nodeInfo: Shape<NodeInfo> = fields<NodeInfo>({
  chainId: count,
  deployment,
  nodeNo: count,
  operatorNo: count,
  operatorName: text,
  roles: listOf(text),
  keyTier: oneOf(KEY_TIERS),
  areKeysSoftware: flag,
  versions: mapOf(text),
  otherChains: listOf(count),
  head: nullable(count),
  rpcUrl: nullable(text),
  notes: listOf(text),
});

/** A signed intent on its way to the ledger. */
export interface IntentSubmission {
  readonly intent: IntentJson;
  readonly signature: Hex;
  /** The exact text that was signed. */
  readonly yaml: string;
}

const MAX_YAML_UNITS = 65_536;

export const intentSubmission: Shape<IntentSubmission> = exactly<IntentSubmission>({
  intent: intentShape,
  signature: hexBytes,
  yaml: textTo(MAX_YAML_UNITS),
});

export interface RegisteredIntent {
  readonly intentHash: Hex;
  readonly intentNo: number;
  /** Null when it was registered by another transaction than this node's. */
  readonly txHash: Hex | null;
  /** What this node thinks of it; null while it has not read it. */
  readonly state: IntentStateName | null;
  readonly refusal: string | null;
}

export const registeredIntent: Shape<RegisteredIntent> = fields<RegisteredIntent>({
  intentHash: word,
  intentNo: count,
  txHash: nullable(word),
  state: nullable(intentState),
  refusal: nullable(text),
});

export interface Revocation {
  readonly signer: Hex;
  readonly signature: Hex;
}

export const revocation: Shape<Revocation> = exactly<Revocation>({
  signer: address,
  signature: hexBytes,
});

export interface RevokedIntent {
  readonly intentHash: Hex;
  readonly txHash: Hex | null;
}

export const revokedIntent: Shape<RevokedIntent> = fields<RevokedIntent>({
  intentHash: word,
  txHash: nullable(word),
});

/** Every intent of the owner with this nonce becomes unregistrable. */
export interface NonceInvalidationMessage {
  readonly owner: Hex;
  /** Decimal. */
  readonly nonce: string;
  readonly signature: Hex;
}

export const nonceInvalidation: Shape<NonceInvalidationMessage> = exactly<NonceInvalidationMessage>(
  { owner: address, nonce: decimal, signature: hexBytes },
);

export interface InvalidatedNonce {
  readonly owner: Hex;
  readonly nonce: string;
  /** Null when it was invalid already. */
  readonly txHash: Hex | null;
}

export const invalidatedNonce: Shape<InvalidatedNonce> = fields<InvalidatedNonce>({
  owner: address,
  nonce: decimal,
  txHash: nullable(word),
});

/** A signed manual fire with its input. */
export interface FireSubmission {
  readonly ordinal: number;
  readonly input: Json;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
  readonly signature: Hex;
}

export const fireSubmission: Shape<FireSubmission> = exactly<FireSubmission>({
  ordinal: count,
  input: json,
  firedAtSec: count,
  validUntilSec: count,
  signature: hexBytes,
});

export interface FireReceipt {
  readonly fireHash: Hex;
  readonly nodeNo: number;
  readonly atMs: number;
  readonly signature: Hex;
}

export interface FiredExecution {
  readonly executionId: Hex;
  /** False when the same fire was known. */
  readonly isNew: boolean;
  /** The node's signed word that it took the fire. */
  readonly receipt: FireReceipt;
}

export const firedExecution: Shape<FiredExecution> = fields<FiredExecution>({
  executionId: word,
  isNew: flag,
  receipt: fields<FireReceipt>({
    fireHash: word,
    nodeNo: count,
    atMs: count,
    signature: hexBytes,
  }),
});

export interface IntentSummary {
  readonly intentNo: number;
  readonly intentHash: Hex;
  readonly owner: Hex;
  readonly name: string;
  readonly summary: string;
  readonly trigger: TriggerName;
  readonly state: IntentStateName;
  readonly refusal: string | null;
  /** First tick or height, or the time of the registration (spec 08). */
  readonly start: number;
  /** Seconds, of kind block blocks. */
  readonly period: number;
  /** Missed ticks that are still run: 0 none, n the n newest, 255 all. */
  readonly catchUp: number;
  readonly validUntilSec: number;
  readonly maxExecutions: number;
  readonly perHour: number;
  readonly registeredBlock: number;
  readonly registeredTx: Hex;
  readonly revokedBlock: number | null;
}

const intentSummaryFields = {
  intentNo: count,
  intentHash: word,
  owner: address,
  name: text,
  summary: text,
  trigger: triggerName,
  state: intentState,
  refusal: nullable(text),
  start: count,
  period: count,
  catchUp: count,
  validUntilSec: count,
  maxExecutions: count,
  perHour: count,
  registeredBlock: count,
  registeredTx: word,
  revokedBlock: nullable(count),
} as const;

const intentSummary: Shape<IntentSummary> = fields<IntentSummary>(intentSummaryFields);

export interface IntentPage {
  readonly intents: readonly IntentSummary[];
  /** `before` of the next page; null at the end. */
  readonly next: number | null;
}

export const intentPage: Shape<IntentPage> = fields<IntentPage>({
  intents: listOf(intentSummary),
  next: nullable(count),
});

export interface IntentDetail extends IntentSummary {
  readonly yaml: string;
  /** Null when this node could not compile the YAML to what was signed. */
  readonly plan: Json;
  readonly intent: Json;
  readonly signature: Hex;
  /** How many executions this node knows, by state. */
  readonly executions: { readonly [state: string]: number };
}

export const intentDetail: Shape<IntentDetail> = fields<IntentDetail>({
  ...intentSummaryFields,
  yaml: text,
  plan: json,
  intent: json,
  signature: hexBytes,
  executions: mapOf(count),
});

/** Why a node refused. */
export interface RefusalMessage {
  readonly error: {
    /** Stable; see `docs/errors.md`. */
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
  };
}

export const refusalMessage: Shape<RefusalMessage> = fields<RefusalMessage>({
  error: fields<RefusalMessage["error"]>({ code: text, message: text, remedy: text }),
});

/** One ledger fact of a live tail. */
export interface TailEvent {
  /** Position in the ledger, `block-log`; give the last one to go on after it. */
  readonly id: string;
  readonly name: string;
  /** The event's parameters; numbers beyond 2^53 are decimal text. */
  readonly fact: Json;
}
