import {
  bytesToHex,
  domainSeparator,
  type Hex,
  type Intent,
  intentDigest,
  keccak256,
  TRIGGER_KINDS,
  utf8Bytes,
  ZERO_ADDRESS,
} from "@deed/protocol/encoding";
import { type NativeAccount, openAccount } from "../measure/native-account.ts";
import type { BenchLedger } from "./bench-ledger.ts";

export type BenchKind = "event" | "interval";

/** A registered intent whose workflow is of no interest here. */
export interface BenchIntent {
  readonly intentNo: number;
  readonly intentHash: Hex;
  /** Block time of its registration: where its ticks begin. */
  readonly startSec: number;
}

/** Ten seconds (spec 04). */
export const LEASE_CLASS = 1;
export const PERIOD_SEC = 1;

const YAML = utf8Bytes("deed: v1\n# A workflow of which only the gas is measured.\n");
const LIFETIME_SEC = 30 * 24 * 3_600;

/** Registers intents of one owner, all alike. */
export async function registerIntents(
  on: BenchLedger,
  kind: BenchKind,
  count: number,
): Promise<readonly BenchIntent[]> {
  const owner = await openAccount();
  const intents: BenchIntent[] = [];
  for (let nonce = 1; nonce <= count; nonce += 1) {
    intents.push(await register(on, owner, intentOf(on, { owner: owner.address, kind, nonce })));
  }
  return intents;
}

async function register(
  { ledger, calls, hasher, send }: BenchLedger,
  owner: NativeAccount,
  intent: Intent,
): Promise<BenchIntent> {
  const { chainId, intents } = ledger.deployment;
  const separator = domainSeparator({ chainId, verifyingContract: intents });
  const intentHash = intentDigest(intent, separator, hasher);
  await send(owner, calls.register(intent, owner.signDigest(intentHash), bytesToHex(YAML)));
  const intentNo = await ledger.intentNumberOf(intentHash);
  const { timestampSec: startSec } = await ledger.head();
  return { intentNo, intentHash, startSec };
}

function intentOf(
  { clock, hasher }: BenchLedger,
  of: { readonly owner: Hex; readonly kind: BenchKind; readonly nonce: number },
): Intent {
  const { owner, kind, nonce } = of;
  return {
    ...{ owner, revoker: ZERO_ADDRESS, name: "gas", summary: "Measures gas" },
    yamlHash: keccak256(bytesToHex(YAML), hasher),
    planRoot: keccak256(bytesToHex(utf8Bytes("plan")), hasher),
    ...{ runtime: 1, kind: TRIGGER_KINDS[kind], leaseClass: LEASE_CLASS },
    start: 0,
    // Batches as large as can be, whenever they are claimed.
    ...(kind === "interval" ? { period: PERIOD_SEC, catchUp: 255 } : { period: 0, catchUp: 0 }),
    validUntilSec: Math.floor(clock.nowMs() / 1000) + LIFETIME_SEC,
    ...{ maxExecutions: 1_000_000, perHour: 0, nonce: BigInt(nonce), permissions: [] },
  };
}
