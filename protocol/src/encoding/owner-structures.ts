import { type Hasher, keccakText, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { typedDigest } from "./typed-data.ts";
import { hashWords } from "./word.ts";

// What an intent's owner signs (spec 01), under the domain of Intents.

/** One line of what a plan may do on-chain, as a wallet shows it. */
export interface IntentPermission {
  readonly target: Hex;
  /** For people: `transfer(address,uint256) 0xabc…, 5`. */
  readonly call: string;
  readonly valueWei: bigint;
}

/** The signed workflow. */
export interface Intent {
  readonly owner: Hex;
  /** Zero address: none. */
  readonly revoker: Hex;
  readonly name: string;
  readonly summary: string;
  /** keccak256 of the exact YAML bytes. */
  readonly yamlHash: Hex;
  readonly planRoot: Hex;
  readonly runtime: number;
  /** Trigger kind by number (`TRIGGER_KINDS`). */
  readonly kind: number;
  readonly leaseClass: number;
  /** Kind start: time of tick 0 in seconds, 0 = block time of the registration. Kind block: first height. Else 0. */
  readonly start: number;
  /** Between ticks, in seconds, of kind block in blocks; 0 where there is one tick or none. */
  readonly period: number;
  /** How many missed ticks are still run: 0 none, n the n newest, 255 all. */
  readonly catchUp: number;
  readonly validUntilSec: number;
  readonly maxExecutions: number;
  /** 0: no hourly limit. */
  readonly perHour: number;
  readonly nonce: bigint;
  readonly permissions: readonly IntentPermission[];
}

/** The owner makes every intent with this nonce unregistrable. */
export interface NonceInvalidation {
  readonly owner: Hex;
  readonly nonce: bigint;
}

/** The owner fires a manual trigger. */
export interface Fire {
  readonly intentHash: Hex;
  readonly ordinal: number;
  readonly inputHash: Hex;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
}

export const PERMISSION_TYPE = "Permission(address target,string call,uint256 valueWei)";
export const INTENT_TYPE: string = `Intent(address owner,address revoker,string name,string summary,bytes32 yamlHash,bytes32 planRoot,uint16 runtime,uint8 kind,uint8 leaseClass,uint40 start,uint32 period,uint8 catchUp,uint40 validUntilSec,uint32 maxExecutions,uint16 perHour,uint256 nonce,Permission[] permissions)${PERMISSION_TYPE}`;
export const REVOKE_TYPE = "Revoke(bytes32 intentHash)";
export const INVALIDATE_NONCE_TYPE = "InvalidateNonce(address owner,uint256 nonce)";
export const FIRE_TYPE =
  "Fire(bytes32 intentHash,uint64 ordinal,bytes32 inputHash,uint40 firedAtSec,uint40 validUntilSec)";

const PERMISSION_HASH = keccakText(PERMISSION_TYPE);
const INTENT_HASH = keccakText(INTENT_TYPE);
const REVOKE_HASH = keccakText(REVOKE_TYPE);
const INVALIDATE_NONCE_HASH = keccakText(INVALIDATE_NONCE_TYPE);
const FIRE_HASH = keccakText(FIRE_TYPE);

/** `intentHash`: the digest that the owner signs, and the intent's name everywhere. */
export function intentDigest(intent: Intent, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const words = [
    INTENT_HASH,
    intent.owner,
    intent.revoker,
    keccakText(intent.name, hasher),
    keccakText(intent.summary, hasher),
    intent.yamlHash,
    intent.planRoot,
    intent.runtime,
    intent.kind,
    intent.leaseClass,
    intent.start,
    intent.period,
    intent.catchUp,
    intent.validUntilSec,
    intent.maxExecutions,
    intent.perHour,
    intent.nonce,
    hashWords(
      intent.permissions.map((permission) => permissionStructHash(permission, hasher)),
      hasher,
    ),
  ];
  return typedDigest(separator, hashWords(words, hasher), hasher);
}

/** Digest of a revocation. */
export function revokeDigest(intentHash: Hex, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  return typedDigest(separator, hashWords([REVOKE_HASH, intentHash], hasher), hasher);
}

/** Digest of an invalidation. */
export function invalidateNonceDigest(
  { owner, nonce }: NonceInvalidation,
  separator: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const words = [INVALIDATE_NONCE_HASH, owner, nonce];
  return typedDigest(separator, hashWords(words, hasher), hasher);
}

/** `fireHash`: the digest that the owner signs. */
export function fireDigest(fire: Fire, separator: Hex, hasher: Hasher = nobleHasher): Hex {
  const words = [
    FIRE_HASH,
    fire.intentHash,
    fire.ordinal,
    fire.inputHash,
    fire.firedAtSec,
    fire.validUntilSec,
  ];
  return typedDigest(separator, hashWords(words, hasher), hasher);
}

function permissionStructHash(permission: IntentPermission, hasher: Hasher): Hex {
  const words = [
    PERMISSION_HASH,
    permission.target,
    keccakText(permission.call, hasher),
    permission.valueWei,
  ];
  return hashWords(words, hasher);
}
