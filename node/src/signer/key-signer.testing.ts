import { createWasmHasher, hexToBytes, nobleHasher, wordHex } from "@deed/protocol/encoding";
import { AuditLog } from "./audit-log.ts";
import { AuditState } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import { loadCurve } from "./curve.ts";
import { KeySigner } from "./key-signer.ts";
import { type NodeKeys, softwareKeys } from "./keys.ts";

export function testKeys(number: number): NodeKeys {
  const secret = (offset: number): Uint8Array => hexToBytes(wordHex(1_000_000 * number + offset));
  const secrets = { duty: secret(1), action: secret(2), tlsCa: secret(3), beacon: secret(4) };
  return softwareKeys(secrets, loadCurve());
}

/** A signer inside this process, over a real log. */
export async function openKeySigner(
  config: SignerConfig,
  keys: NodeKeys,
): Promise<{ readonly signer: KeySigner; close(): Promise<void> }> {
  const state = new AuditState(config.transactions.firstNonce);
  const nowMs = () => 1_700_000_000_000;
  const log = await AuditLog.open(
    { path: config.auditLogPath },
    { nowMs, visit: (placed) => state.apply(placed) },
  );
  const signer = new KeySigner(config, {
    keys,
    log,
    state,
    hasher: nobleHasher,
    fastHasher: createWasmHasher,
    nowMs,
  });
  return { signer, close: () => log.close() };
}
