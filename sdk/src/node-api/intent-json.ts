import type { Hex, Intent } from "@deed/protocol/encoding";
import { address, count, decimal, exactly, listOf, type Shape, textTo, word } from "./shape.ts";

/** An intent as JSON holds it: numbers beyond 2^53 are decimal text. */
export interface IntentJson extends Omit<Intent, "nonce" | "permissions"> {
  readonly nonce: string;
  readonly permissions: readonly PermissionJson[];
}

export interface PermissionJson {
  readonly target: Hex;
  readonly call: string;
  readonly valueWei: string;
}

const MAX_PERMISSIONS = 64;

export const intentShape: Shape<IntentJson> = exactly<IntentJson>({
  owner: address,
  revoker: address,
  name: textTo(256),
  summary: textTo(2048),
  yamlHash: word,
  planRoot: word,
  runtime: count,
  kind: count,
  leaseClass: count,
  start: count,
  period: count,
  catchUp: count,
  validUntilSec: count,
  maxExecutions: count,
  perHour: count,
  nonce: decimal,
  permissions: listOf(
    exactly<PermissionJson>({ target: address, call: textTo(4096), valueWei: decimal }),
    MAX_PERMISSIONS,
  ),
});

export function intentToJson(intent: Intent): IntentJson {
  const permissions = intent.permissions.map(({ target, call, valueWei }) => ({
    target,
    call,
    valueWei: valueWei.toString(),
  }));
  return { ...intent, nonce: intent.nonce.toString(), permissions };
}

export function intentFromJson(json: IntentJson): Intent {
  const permissions = json.permissions.map(({ target, call, valueWei }) => ({
    target,
    call,
    valueWei: BigInt(valueWei),
  }));
  return { ...json, nonce: BigInt(json.nonce), permissions };
}
