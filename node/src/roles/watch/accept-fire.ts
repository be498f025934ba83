import {
  canonicalJson,
  denseOccurrenceId,
  executionId,
  type Fire,
  fireDigest,
  type Hex,
  isHex,
  type Json,
  jsonHash,
  nobleRecovery,
  type SignatureRecovery,
  TRIGGER_KINDS,
  utf8Length,
} from "@deed/protocol/encoding";
import type { IntentRow } from "../../store/intents.ts";
import type { Store } from "../../store/store.ts";
import { dueExecution, type LedgerName } from "./due-execution.ts";

/** A manual fire as it arrives from the API or from a peer. */
export interface SignedFire {
  readonly intentHash: Hex;
  readonly ordinal: number;
  readonly input: Json;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
  readonly signature: Hex;
}

/** Largest input of a fire, in bytes of its canonical form. */
export const MAX_FIRE_INPUT_BYTES: number = 8 * 1024;
const SIGNATURE_BYTES = 65;
/** How far ahead of this node's clock a fire may be signed. */
const MAX_AHEAD_SEC = 2;

export type FireFailure =
  | { readonly code: "FIRE_UNKNOWN_INTENT"; readonly intentHash: Hex }
  | { readonly code: "FIRE_WRONG_TRIGGER"; readonly intentHash: Hex }
  | { readonly code: "FIRE_INTENT_NOT_LIVE"; readonly state: string }
  | { readonly code: "FIRE_BAD_SIGNATURE"; readonly owner: Hex; readonly recovered: Hex | null }
  | { readonly code: "FIRE_EXPIRED"; readonly validUntilSec: number; readonly nowSec: number }
  | { readonly code: "FIRE_FROM_THE_FUTURE"; readonly firedAtSec: number; readonly nowSec: number }
  | { readonly code: "FIRE_INPUT_TOO_LARGE"; readonly bytes: number; readonly limit: number }
  | { readonly code: "FIRE_ORDINAL_USED"; readonly ordinal: number };

/** Why a fire was not taken. */
export class FireError extends Error {
  readonly failure: FireFailure;

  constructor(failure: FireFailure) {
    super(failure.code);
    this.name = "FireError";
    this.failure = failure;
  }
}

export interface AcceptFireParts {
  readonly store: Store;
  readonly ledger: LedgerName;
  /** Intents' EIP-712 domain separator. */
  readonly intentsDomain: Hex;
  readonly recovery?: SignatureRecovery;
  /** Asks a contract wallet about a signature (ERC-1271). Errors: RpcError. */
  askWallet(wallet: Hex, digest: Hex, signature: Hex): Promise<boolean>;
  nowMs(): number;
}

/** What a taken fire leads to. `isNew` is false when the same fire was there. */
export interface AcceptedFire {
  readonly executionId: Hex;
  readonly fireHash: Hex;
  readonly isNew: boolean;
}

/** Checks a fire and stores it with its due execution. Errors: FireError, RpcError. */
export async function acceptFire(parts: AcceptFireParts, fire: SignedFire): Promise<AcceptedFire> {
  const { store, ledger } = parts;
  const intent = manualIntent(store, fire.intentHash);
  const nowSec = Math.floor(parts.nowMs() / 1000);
  checkTimes(fire, nowSec);
  const inputBytes = utf8Length(canonicalJson(fire.input));
  if (inputBytes > MAX_FIRE_INPUT_BYTES) {
    const limit = MAX_FIRE_INPUT_BYTES;
    throw new FireError({ code: "FIRE_INPUT_TOO_LARGE", bytes: inputBytes, limit });
  }
  const inputHash = jsonHash(fire.input);
  const fireHash = await checkSignature(parts, intent, { ...fire, inputHash });
  const occurrenceId = denseOccurrenceId("manual", fire.ordinal);
  const name = executionId(ledger, intent.intentHash, occurrenceId);
  const isNew = await store.write((tables) => {
    const known = tables.fires.get({ intentHash: intent.intentHash, ordinal: fire.ordinal });
    if (known !== null) {
      if (known.inputHash === inputHash && known.firedAtSec === fire.firedAtSec) return false;
      throw new FireError({ code: "FIRE_ORDINAL_USED", ordinal: fire.ordinal });
    }
    const { intentHash, ordinal, input, firedAtSec, validUntilSec, signature } = fire;
    const row = { intentHash, ordinal, input, inputHash, firedAtSec, validUntilSec, signature };
    tables.fires.insert({ ...row, receivedMs: parts.nowMs() });
    const payload = {
      kind: "manual",
      ordinal,
      input,
      firedAtSec,
      validUntilSec,
      signature,
    } as const;
    const due = { executionId: name, occurrenceId, ordinal, t0Sec: firedAtSec, payload };
    const execution = dueExecution(intent, { ...due, seenBlock: null, nowMs: parts.nowMs() });
    // Known from a claim, perhaps of another fire of this number.
    const isClaimed = !tables.executions.insertIfAbsent(execution);
    if (isClaimed && tables.executions.get({ executionId: name })?.t0Sec === firedAtSec) {
      tables.executions.update({ executionId: name }, { payload });
    }
    return true;
  });
  return { executionId: name, fireHash, isNew };
}

function manualIntent(store: Store, intentHash: Hex): IntentRow {
  const intent = store.read.intents.byHash(intentHash);
  if (intent === null) throw new FireError({ code: "FIRE_UNKNOWN_INTENT", intentHash });
  if (intent.kind !== TRIGGER_KINDS.manual) {
    throw new FireError({ code: "FIRE_WRONG_TRIGGER", intentHash });
  }
  if (intent.state !== "accepted") {
    throw new FireError({ code: "FIRE_INTENT_NOT_LIVE", state: intent.state });
  }
  return intent;
}

function checkTimes(fire: SignedFire, nowSec: number): void {
  const { firedAtSec, validUntilSec } = fire;
  if (firedAtSec > nowSec + MAX_AHEAD_SEC) {
    throw new FireError({ code: "FIRE_FROM_THE_FUTURE", firedAtSec, nowSec });
  }
  if (validUntilSec < nowSec || validUntilSec < firedAtSec) {
    throw new FireError({ code: "FIRE_EXPIRED", validUntilSec, nowSec });
  }
}

/** @returns the fire's digest. */
async function checkSignature(
  parts: AcceptFireParts,
  { owner }: IntentRow,
  fire: Fire & SignedFire,
): Promise<Hex> {
  const digest = fireDigest(fire, parts.intentsDomain);
  const recovery = parts.recovery ?? nobleRecovery;
  const recovered = recovery.recover(digest, fire.signature);
  if (recovered === owner) return digest;
  // A claim has room for 65 bytes, whoever signed.
  const mayBeWallets = isHex(fire.signature, SIGNATURE_BYTES);
  if (mayBeWallets && (await parts.askWallet(owner, digest, fire.signature))) return digest;
  throw new FireError({ code: "FIRE_BAD_SIGNATURE", owner, recovered });
}
