import { createWasmHasher, hexToBytes, nobleHasher, wordHex } from "@deed/protocol/encoding";
import { AuditLog, type LogFile, openLogFile } from "./audit-log.ts";
import { AuditState } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import { loadCurve } from "./curve.ts";
import { KeySigner } from "./key-signer.ts";
import type { KeyStanding, KeyStandings } from "./key-tier.ts";
import { softwareKeys } from "./keys.ts";
import type { NodeKeys } from "./node-keys.ts";

export function testKeys(number: number): NodeKeys {
  const secret = (offset: number): Uint8Array => hexToBytes(wordHex(1_000_000 * number + offset));
  const secrets = { duty: secret(1), action: secret(2), tlsCa: secret(3), beacon: secret(4) };
  return softwareKeys(secrets, loadCurve());
}

const IN_FILE: KeyStanding = { store: "keystore", tier: "softwareFile", because: [] };

export const SOFTWARE_STANDINGS: KeyStandings = {
  duty: IN_FILE,
  action: IN_FILE,
  tlsCa: IN_FILE,
  beacon: IN_FILE,
};

/** A signer inside this process, over a real log. */
export async function openKeySigner(
  config: SignerConfig,
  keys: NodeKeys,
  openFile: (path: string) => Promise<LogFile> = openLogFile,
): Promise<{ readonly signer: KeySigner; close(): Promise<void> }> {
  const state = new AuditState(config.transactions.firstNonce);
  const nowMs = () => 1_700_000_000_000;
  const log = await AuditLog.open(
    { path: config.auditLogPath },
    { nowMs, visit: (placed) => state.apply(placed), openFile },
  );
  const signer = new KeySigner(config, {
    keys,
    standings: SOFTWARE_STANDINGS,
    log,
    state,
    hasher: nobleHasher,
    fastHasher: createWasmHasher,
    nowMs,
  });
  return { signer, close: () => log.close() };
}
